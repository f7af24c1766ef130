"""Whom the dial and transfer windows offer."""
