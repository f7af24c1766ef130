"""The customer (客户资料): card, accounts, contacts, tickets, search."""
