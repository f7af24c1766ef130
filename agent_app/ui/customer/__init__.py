"""Who is on the line (客户资料): card, accounts, contacts, tickets, search."""
