"""The view of a report, and spans of days."""
