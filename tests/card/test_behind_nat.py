"""``media: symmetric``: a far end that names an address which its sound does not come from (NAT) is heard, and no stranger is."""

from collections.abc import Iterator

import pytest

from shared.enums import DigitMode, Law
from shared.ids import LegId
from switch_server.card.channels import Channels
from switch_server.card.latch import Latches, key_of
from switch_server.card.moved import SILENT_TICKS, MovedSources
from switch_server.card.networks import networks_of
from switch_server.card.sockets import pack_address
from switch_server.core.words.media import ChannelOpened, Far, Near, OpenChannel
from tests.card.driver import CardProcess
from tests.rtp_peer import RtpPeer, frequency, sine

PRIVATE, GATEWAY, MEDIA = "192.168.1.2", "198.51.100.7", "203.0.113.0/28"
SOURCES = (GATEWAY, MEDIA)


class Ports:
    """Latches over several ports, with channels."""

    def __init__(self, planned: int = 1, most: int = 8) -> None:
        self.channels = Channels(16)
        self.latches = Latches(16, planned, most, lambda: self.latches.ports)
        self.latches.add_port()
        self.moved = MovedSources(self.channels, self.latches)

    def open(self, ip: str, port: int, sources: tuple[str, ...] = (), at: int | None = None) -> int:
        address, networks = pack_address(ip, port), networks_of(sources)
        place = self.latches.choose(address, networks) if at is None else at
        row = self.channels.open(
            LegId(f"{ip}:{port} at {place}"), DigitMode.AUTO, Near("127.0.0.1", 4000, Law.A), place
        )
        self.latches.join(place)
        self.channels.set_far(row, Far(ip, port, Law.A, sources=sources), 0)
        self.latches.expect(row, place, address, networks)
        return row

    def heard(self, row: int, ip: str, port: int) -> None:
        self.latches.latch(row, key_of(int(self.channels.port[row]), pack_address(ip, port)))
        self.channels.latched[row] = True
        self.channels.far_ssrc[row] = 1000 + row

    def row_of(self, ip: str, port: int, at: int, ssrc: int = 7, tick: int = 0) -> int | None:
        return self.moved.row_of(key_of(at, pack_address(ip, port)), ssrc, tick)


@pytest.mark.parametrize("source", [GATEWAY, "203.0.113.1", PRIVATE])
def test_the_sound_of_a_far_end_behind_nat_is_found(source: str) -> None:
    ports = Ports()
    row = ports.open(PRIVATE, 4000, SOURCES)
    assert ports.row_of(source, 5000, 0) == row
    assert ports.row_of("203.0.113.16", 5000, 0) is None, "a stranger"


def test_without_the_option_only_the_told_address_is_heard() -> None:
    ports = Ports()
    row = ports.open(PRIVATE, 4000)
    assert ports.row_of(GATEWAY, 5000, 0) is None
    assert ports.row_of(PRIVATE, 5000, 0) == row


def test_once_found_no_other_source_is() -> None:
    ports = Ports()
    row = ports.open(PRIVATE, 4000, SOURCES)
    ports.heard(row, GATEWAY, 5000)
    assert ports.row_of(GATEWAY, 5002, 0) is None
    assert ports.row_of("203.0.113.1", 5002, 0, tick=SILENT_TICKS) is None
    assert ports.row_of("203.0.113.1", 5002, 0, 1000 + row, SILENT_TICKS) == row, "it has moved"


def test_channels_that_wait_for_the_same_addresses_have_ports_of_their_own() -> None:
    ports = Ports()
    rows = [ports.open(PRIVATE, 4000 + 2 * n, SOURCES) for n in range(3)]
    rows.append(ports.open(GATEWAY, 4000))
    at = [int(port) for port in ports.channels.port[rows]]
    assert len(set(at[:3])) == 3
    assert ports.row_of(GATEWAY, 5000, at[1]) == rows[1]
    ports.heard(rows[0], GATEWAY, 5000)
    again = ports.open(PRIVATE, 4100, SOURCES)
    assert ports.channels.port[again] == at[0], "a port where nobody waits any longer"


def test_an_ordinary_channel_does_not_wait_where_its_packets_might_be_another_s() -> None:
    ports = Ports(planned=2)
    behind = ports.open(PRIVATE, 4000, SOURCES)
    plain = ports.open(GATEWAY, 4000)
    other = ports.open("10.0.0.1", 4000)
    at = ports.channels.port
    assert at[plain] != at[behind]
    assert at[other] == at[behind]


def test_calls_that_name_one_address_have_ports_of_their_own_and_leave_them_to_the_next() -> None:
    ports = Ports()
    rows = [ports.open("10.0.0.1", 4000) for _ in range(6)]
    assert ports.channels.port[rows].tolist() == list(range(6))
    for row in (rows[4], rows[1]):
        ports.latches.leave(row, int(ports.channels.port[row]), 100)
        ports.channels.close(row)
    again = [ports.open("10.0.0.1", 4000) for _ in range(3)]
    assert ports.channels.port[again].tolist() == [1, 4, 6]


def test_two_with_one_private_address_are_both_found() -> None:
    """Our offer's ports are chosen before the answers come, so both may be at one port."""
    ports = Ports()
    one = ports.open(PRIVATE, 4000, (GATEWAY,), at=0)
    other = ports.open(PRIVATE, 4000, ("203.0.113.9",), at=0)
    assert ports.row_of(GATEWAY, 5000, 0) == one
    assert ports.row_of("203.0.113.9", 5000, 0) == other


def test_nobody_is_chosen_where_two_may_be_meant() -> None:
    ports = Ports()
    one = ports.open(PRIVATE, 4000, SOURCES, at=0)
    ports.open(PRIVATE, 4002, SOURCES, at=0)
    assert ports.row_of(GATEWAY, 5000, 0) is None
    silent = ports.open("10.0.0.1", 4000, at=0)
    ports.heard(silent, GATEWAY, 6000)
    assert ports.row_of(GATEWAY, 5000, 0, tick=SILENT_TICKS) is None, (
        "not the silent one either: one of the two may be meant"
    )
    ports.heard(one, GATEWAY, 5000)


@pytest.fixture(scope="module")
def real() -> Iterator[CardProcess]:
    with CardProcess() as card:
        yield card


@pytest.mark.slow
def test_a_real_card_hears_it_and_a_stranger_stays_out(real: CardProcess) -> None:
    with RtpPeer(ip="127.0.0.2") as peer, RtpPeer(ip="127.0.0.3") as stranger, RtpPeer() as listener:
        ear = real.open(listener)
        leg = LegId("nat/1")
        far = Far("192.0.2.200", peer.port, Law.A, 101, sources=("127.0.0.2",))
        real.do(OpenChannel(leg, far))
        near = real.wait(ChannelOpened, lambda event: event.leg == leg).near
        real.near[leg] = near
        real.bridge(ear, leg)
        for one, hertz in ((stranger, 1700.0), (peer, 700.0)):
            one.say(sine(hertz, 8000 * 20))
            one.call(near.ip, near.port)
        peer.wait(lambda heard: len(heard) > 10)
        listener.wait(lambda heard: abs(frequency(listener.samples(heard[-25:])) - 700) < 5)
        peer.press("5")
        assert real.digits(leg, 1) == "5"
        assert not stranger.heard
        real.close(ear)
        assert real.close(leg).packets_in > 10
