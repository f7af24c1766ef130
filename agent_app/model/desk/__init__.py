"""The desk as a whole: the view that the window shows, what may be done when, every problem's code, the copy of the switch's state."""
