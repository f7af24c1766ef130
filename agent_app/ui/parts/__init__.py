"""What every room of the window is built of: widgets, tables, colours, words. It knows no subject."""
