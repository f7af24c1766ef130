"""What a person can have done: commands with names, keys and faces; the actions and buttons made of them, and why something did not work."""
