"""The customer on screen: pop, search, tickets, branch facts, recordings."""
