"""The supervisor's desk: the copy of the floor's tables, and the actions that are enabled for a row."""
