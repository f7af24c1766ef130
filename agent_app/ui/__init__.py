"""The window (PySide6): draws a ``DeskView`` and turns clicks and keys into calls of the presenter."""
