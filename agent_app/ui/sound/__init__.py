"""Recordings that are played, and the headset's window."""
