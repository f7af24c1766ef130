"""Reports that a supervisor asks for."""
