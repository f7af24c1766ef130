"""The desk's frame: log-in and session, notices, packing of diagnostics."""
