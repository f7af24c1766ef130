"""IPv4 networks from which a channel's sound may come (``Far.sources``), for addresses as ``latch.ip_of`` gives them."""

from ipaddress import IPv4Address, IPv4Network

Networks = tuple[IPv4Network, ...]


def networks_of(texts: tuple[str, ...]) -> Networks:
    """Raises ``ValueError`` where a text is no IPv4 address or network."""
    return tuple(IPv4Network(text) for text in texts)


def holds(networks: Networks, ip: int) -> bool:
    """``ip``: the four bytes of a ``sockaddr_in``, as a little-endian number."""
    address = IPv4Address(ip.to_bytes(4, "little"))
    return any(address in network for network in networks)


def overlap(some: Networks, others: Networks) -> bool:
    return any(one.overlaps(other) for one in some for other in others)
