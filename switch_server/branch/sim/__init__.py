"""A simulated branch trading system (柜台): a program of its own, with its own wire format and codes.

Nothing here uses ACI or imports the gateway: for the gateway it is a foreign system behind ``switch_server.branch.sim_client``.
``model``: the input files; ``hours``: the trading day; ``prices``: the market; ``rules``: the limits of an order;
``ledger``: cash and shares; ``book``: orders and matching; ``store``: the state that survives ``kill -9``; ``server``: the connections.
"""
