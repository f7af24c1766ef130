"""The targets that the dial and transfer windows offer."""
