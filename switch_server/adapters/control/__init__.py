"""The switch's control socket (控制口): answers ``switchctl`` over ``ipc://`` in the state folder.

``ControlUnusable``   the socket can't be created (folder, path too long); the message gives the reason
"""

from switch_server.adapters.control.server import ControlServer, ControlUnusable

__all__ = ["ControlServer", "ControlUnusable"]
