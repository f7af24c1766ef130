"""Seat and call in hand, note and disposition."""
