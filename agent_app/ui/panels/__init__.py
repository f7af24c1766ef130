"""How a panel joins the agent's window: its description (``spec``), the places in the window (``place``), and the services that a panel gets (``host``).

A new panel is one module with a ``PanelSpec``, and a line in ``ui.frame.panels`` (CONTRIBUTING.md, Add a panel). ``status`` has the two panels
about link, phone and problems, which the supervisor's window has too.
"""
