"""The supervisor's desk: the copy of the floor's tables, and what may be done to a row."""
