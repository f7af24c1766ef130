"""The window (PySide6): draws a ``DeskView``, and calls the presenter for clicks and keys."""
