"""Which datagrams of a flood are read."""

from switch_server.adapters.sip_lines.sender_limit import BURST_S, MOST, STRANGER_RATE, TRUNK_RATE, SenderLimit

INVITE, BYE = b"INVITE sip:95500@h SIP/2.0\r\n", b"BYE sip:95500@h SIP/2.0\r\n"


def read(limit: SenderLimit, datagram: bytes, ip: str, rate: float, seconds: float, *, trunk: bool) -> int:
    """The number read of a sender's datagrams that come evenly."""
    return sum(limit.reads(datagram, ip, number / rate, trunk=trunk) for number in range(round(rate * seconds)))


def test_a_stranger_s_flood_is_read_at_its_rate_and_costs_nobody_else() -> None:
    limit = SenderLimit()
    assert read(limit, INVITE, "10.0.0.1", 5000, 10, trunk=False) <= STRANGER_RATE * (10 + BURST_S) + 1
    assert read(limit, BYE, "10.0.0.2", STRANGER_RATE * 0.9, 10, trunk=False) == round(STRANGER_RATE * 0.9) * 10


def test_of_a_trunk_only_invites_are_too_many() -> None:
    limit = SenderLimit()
    taken = read(limit, INVITE, "10.0.0.1", 5000, 10, trunk=True)
    assert TRUNK_RATE * 10 <= taken <= TRUNK_RATE * (10 + BURST_S) + 1
    assert all(limit.reads(BYE, "10.0.0.1", 10.0, trunk=True) for _ in range(20_000))


def test_a_sender_that_was_quiet_may_burst() -> None:
    limit = SenderLimit()
    assert read(limit, INVITE, "10.0.0.1", 5000, 1, trunk=False) < 5000
    assert all(limit.reads(INVITE, "10.0.0.1", 100.0, trunk=False) for _ in range(round(STRANGER_RATE * BURST_S)))
    assert not limit.reads(INVITE, "10.0.0.1", 100.0, trunk=False)


def test_forged_addresses_fill_no_memory() -> None:
    limit = SenderLimit()
    for number in range(3 * MOST):
        limit.reads(INVITE, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1.0, trunk=False)
    assert len(limit._buckets) == MOST
