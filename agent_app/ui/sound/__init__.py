"""The player of recordings, and the window for headset and sound."""
