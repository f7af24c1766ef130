"""The link to the switch: one thread owns the ZeroMQ sockets and posts replies and reports to the presenter's thread.

``DeskKey`` is the file that makes a PC a desk. ``SwitchLink`` is the presenter's ``ports.SwitchPort``; its ``OwnAddress`` (``RoutedAddress`` or ``GivenAddress``)
has this PC's address. Errors: ``DeskKeyError``.
"""

from agent_app.link.keyfile import DeskKey, DeskKeyError
from agent_app.link.own_address import GivenAddress, OwnAddress, RoutedAddress
from agent_app.link.thread import LinkEvents, SwitchLink

__all__ = ["DeskKey", "DeskKeyError", "GivenAddress", "LinkEvents", "OwnAddress", "RoutedAddress", "SwitchLink"]
