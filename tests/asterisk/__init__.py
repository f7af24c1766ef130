"""A real Asterisk as the far end of trunks: a box with parties of its own, whose sound, keys and messages the tests measure.

``root``: a folder with a small Debian that has Asterisk, made once. ``box``: Asterisk as a process, with the configuration in ``etc``. ``manager``:
its events (AMI). ``party``: a telephone behind it. ``rig``: the switch with a trunk to each of the box's doors.
"""
