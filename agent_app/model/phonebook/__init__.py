"""The agent's own directory, the last calls, and telephone numbers as typed."""
