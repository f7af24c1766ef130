"""``switchctl`` (操作员命令行): looks at a running switch, and tells it what to do, over its control socket.

``cli`` what can be said, ``client`` the link, ``views`` which tables a reply makes, ``tables`` their columns as data, ``watch`` the live view,
``looking`` and ``acting`` what asks the switch, ``offline`` and ``replaying`` what needs none. Errors: ``errors``.
"""
