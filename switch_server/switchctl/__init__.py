"""``switchctl`` (操作员命令行): shows the state of a running switch and sends it orders, over its control socket.

``cli``: the commands as data; ``client``: the link; ``views``: the tables of a reply; ``tables``: their columns as data; ``watch``: the live view;
``queries``: commands that read; ``actions``, ``agents``, ``desks``, ``phones``, ``backup``: commands that change something; ``reporting`` and
``staffing``: reports; ``offline`` and ``replaying``: commands without a running switch. Errors: ``errors``.
"""
