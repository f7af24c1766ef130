"""The desk as data: the view for the window, the table of enabled actions, the phone's messages. Pure: no Qt, no clock, no I/O."""
