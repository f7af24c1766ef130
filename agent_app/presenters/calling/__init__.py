"""Calls to others: dialling, transfer, conference, listening; the directory and the last calls."""
