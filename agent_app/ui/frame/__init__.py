"""The window as a whole: its panels and their places, its bars, log-in and dialogs, and how it is closed."""
