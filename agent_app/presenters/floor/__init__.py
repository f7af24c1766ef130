"""The supervisor's desk: what is watched, and a supervisor's actions."""
