"""The link to the switch: one thread owns the ZeroMQ sockets and posts what comes to the presenter's thread.

``DeskKey`` is the file that makes a PC a desk, ``SwitchLink`` the presenter's ``ports.SwitchPort``; ``RouteTo`` (or ``FixedRoute``) tells it this PC's
address. Errors: ``DeskKeyError``.
"""

from agent_app.link.keyfile import DeskKey, DeskKeyError
from agent_app.link.route import FixedRoute, Route, RouteTo
from agent_app.link.thread import LinkEvents, SwitchLink

__all__ = ["DeskKey", "DeskKeyError", "FixedRoute", "LinkEvents", "Route", "RouteTo", "SwitchLink"]
