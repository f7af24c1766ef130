"""Building blocks of all rooms of the window: widgets, tables, colours, words. None depends on a subject."""
