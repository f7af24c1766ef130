"""The window as a whole: its bars, its log-in, what each command does in it, and how it ends."""
