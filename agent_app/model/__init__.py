"""The desk as data: what the window shows, what may be done when, what the phone says. Pure: no Qt, no clock, no I/O."""
