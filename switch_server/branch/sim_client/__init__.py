"""The adapter to the simulated trading system: an example of a foreign system behind ``trading.TradingSystem``.

``codes``: its codes in two-way tables; ``wire``: its bytes; ``rows``: its fields; ``client``: the connection.
"""

from switch_server.branch.sim_client.client import SimTrading

__all__ = ["SimTrading"]
