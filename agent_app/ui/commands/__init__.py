"""The table of commands with names, keys and faces; the actions and buttons made from it, and the bars that show results and problems."""
