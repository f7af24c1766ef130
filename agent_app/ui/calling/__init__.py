"""Calls to others (呼出): dial window, directory, last calls, queues."""
