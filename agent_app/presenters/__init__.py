"""What happens on a desk: takes what people click, what the switch reports and what the phone says; gives a ``DeskView``.

Pure but for its ports: no Qt, no thread, no clock of its own. ``--headless`` robots and the window run the same presenter.
"""
