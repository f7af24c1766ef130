"""The messages between the window's process and the phone's process."""
