"""The desk as a whole: the view for the window, the table of enabled actions, all problem codes, the copy of the switch's state."""
