"""What a person can have done, as a table: names, keys, faces; the actions and buttons made of it, and the bars that say what became of them."""
