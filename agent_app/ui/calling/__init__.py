"""Whom one can reach (呼出): dial window, directory, last calls, queues."""
