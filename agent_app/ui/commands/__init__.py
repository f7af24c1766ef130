"""Commands with names, keys and faces; the actions and buttons made from them; problems in words."""
