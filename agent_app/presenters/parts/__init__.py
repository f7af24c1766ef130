"""Shared by all rooms of the presenter: the view in the making, pending requests, ports."""
