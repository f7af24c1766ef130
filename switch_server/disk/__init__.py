"""How the programs of the centre and of a branch write files: in groups behind a thread, or as a whole file.

A package beside the programs, since a branch gateway may import nothing of the switch server, and ``shared`` does no I/O outside its link.
This package imports no other package of the project (a contract in ``pyproject.toml``).
"""
