"""A simulated branch trading system (柜台): a program of its own, with its own wire and its own codes.

Nothing here knows ACI or imports the gateway: to the gateway this is a foreign system behind ``switch_server.branch.sim_client``.
``model`` the files it reads, ``hours`` the trading day, ``prices`` what the market does, ``rules`` what an order must keep to,
``ledger`` cash and shares, ``book`` orders and matching, ``store`` what survives ``kill -9``, ``server`` the wire.
"""
