"""Faxes: what the cards report of them."""
