"""The link to the switch: one thread owns the ZeroMQ sockets and posts what comes to the presenter's thread.

``DeskKey`` is the file that makes a PC a desk, ``SwitchLink`` the presenter's ``ports.Switch``; ``RouteTo`` (or ``FixedRoute``) tells it this PC's
address. Errors: ``DeskKeyError``.
"""

from agent_app.link.keyfile import DeskKey, DeskKeyError
from agent_app.link.route import FixedRoute, Route, RouteTo
from agent_app.link.thread import Listener, SwitchLink

__all__ = ["DeskKey", "DeskKeyError", "FixedRoute", "Listener", "Route", "RouteTo", "SwitchLink"]
