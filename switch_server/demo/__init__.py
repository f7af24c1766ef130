"""``./run demo``: the whole centre on one machine, with invented branches, customers, prices and callers."""
