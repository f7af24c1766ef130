"""The desk's presenter: takes the agent's actions, the switch's reports and the phone's events, and gives a ``DeskView``.

Pure but for its ports: no Qt, no thread, no clock of its own. ``--headless`` robots and the window use the same presenter.
"""
