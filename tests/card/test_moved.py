"""Which channel a sender with an unknown address may latch."""

import pytest

from shared.enums import DigitMode, Direction, Law
from shared.ids import LegId
from switch_server.card.channels import Channels
from switch_server.card.latch import ENDED_CALL_TICKS, Latches, key_of
from switch_server.card.moved import SILENT_TICKS, MovedSources
from switch_server.card.sockets import pack_address
from switch_server.core.words.media import Far, Near


class Port:
    """One port of a card with channels; ``open`` latches a channel at tick 0 with an SSRC of its row's number + 1000."""

    def __init__(self) -> None:
        self.channels = Channels(16)
        self.latches = Latches(16, 1, 1, lambda: 0)
        self.latches.add_port()
        self.moved = MovedSources(self.channels, self.latches)

    def open(self, ip: str, port: int, *, latched: bool = True, direction: Direction = Direction.SENDRECV) -> int:
        row = self.channels.open(LegId(f"{ip}:{port}"), DigitMode.AUTO, Near("127.0.0.1", 4000, Law.A), 0)
        self.latches.join(0)
        self.channels.set_far(row, Far(ip, port, Law.A, direction=direction), 0)
        self.latches.expect(row, 0, pack_address(ip, port))
        if latched:
            self.latches.latch(row, key_of(0, pack_address(ip, port)))
            self.channels.latched[row] = True
            self.channels.far_ssrc[row] = 1000 + row
        return row

    def row_of(self, ip: str, port: int, ssrc: int, tick: int = SILENT_TICKS) -> int | None:
        return self.moved.row_of(key_of(0, pack_address(ip, port)), ssrc, tick)


@pytest.mark.parametrize("ip", ["10.0.0.1", "10.0.0.9"])
def test_the_same_source_from_another_port_or_ip_is_found_after_a_second(ip: str) -> None:
    """Case 21."""
    port = Port()
    row, other = port.open("10.0.0.1", 4000), port.open("10.0.0.1", 4002)
    assert port.row_of(ip, 5000, 1000 + row) == row
    assert port.row_of(ip, 5000, 1000 + other) == other
    assert port.row_of(ip, 5000, 1000 + row, SILENT_TICKS - 1) is None


def test_another_source_is_found_by_its_ip_where_only_one_channel_has_it() -> None:
    port = Port()
    row = port.open("10.0.0.1", 4000)
    other = port.open("10.0.0.2", 4000)
    assert port.row_of("10.0.0.1", 5000, 7) == row
    assert port.row_of("10.0.0.2", 5000, 7) == other
    assert port.row_of("10.0.0.3", 5000, 7) is None
    assert port.row_of("10.0.0.1", 5000, 7, SILENT_TICKS - 1) is None
    port.open("10.0.0.1", 4002)
    assert port.row_of("10.0.0.1", 5000, 7) is None  # whose source this is, nothing tells


def test_a_source_is_not_found_by_its_ip_where_a_channel_has_no_address_yet() -> None:
    port = Port()
    row = port.open("10.0.0.1", 4000)
    port.channels.open(LegId("new"), DigitMode.AUTO, Near("127.0.0.1", 4000, Law.A), 0)
    assert port.row_of("10.0.0.1", 5000, 7) is None
    assert port.row_of("10.0.0.1", 5000, 1000 + row) == row


def test_a_source_that_still_sends_is_never_taken_over() -> None:
    port = Port()
    row = port.open("10.0.0.1", 4000)
    port.channels.last_heard[row] = 1000
    for tick in (1000, 1001, 1000 + SILENT_TICKS - 1):
        assert port.row_of("10.0.0.1", 5000, 1000 + row, tick) is None
        assert port.row_of("10.0.0.1", 5000, 7, tick) is None
        assert port.row_of("10.0.0.9", 5000, 1000 + row, tick) is None


@pytest.mark.parametrize("direction", [Direction.RECVONLY, Direction.INACTIVE])
def test_a_far_end_that_is_silent_by_its_sdp_has_not_moved(direction: Direction) -> None:
    port = Port()
    row = port.open("10.0.0.1", 4000, direction=direction)
    assert port.row_of("10.0.0.1", 5000, 1000 + row) is None
    assert port.row_of("10.0.0.1", 5000, 7) is None


def test_a_source_of_one_channel_does_not_latch_another() -> None:
    """A source that moves while a new channel waits for a first packet from the same IP."""
    port = Port()
    row = port.open("10.0.0.1", 4000)
    waiting = port.open("10.0.0.1", 4002, latched=False)
    assert port.row_of("10.0.0.1", 5000, 1000 + row, 10) is None
    assert port.row_of("10.0.0.1", 5000, 1000 + row) == row
    assert port.row_of("10.0.0.1", 5000, 7) == waiting


def test_late_packets_of_an_ended_call_latch_nothing() -> None:
    port = Port()
    ended, row = port.open("10.0.0.1", 4000), port.open("10.0.0.1", 4002)
    port.latches.leave(ended, 0, 100)
    port.channels.close(ended)
    assert port.row_of("10.0.0.1", 4000, 1000 + ended, 150) is None
    assert port.row_of("10.0.0.1", 4000, 1000 + row, 150) == row
    assert port.row_of("10.0.0.1", 5000, 7, 150) == row


def test_an_ended_call_that_goes_on_sending_never_latches_a_channel_that_is_silent() -> None:
    port = Port()
    ended, row = port.open("10.0.0.1", 4000), port.open("10.0.0.1", 4002)
    port.latches.leave(ended, 0, 100)
    port.channels.close(ended)
    for tick in range(110, 3000, 100):
        assert port.row_of("10.0.0.1", 4000, 1000 + ended, tick) is None
    assert port.row_of("10.0.0.1", 4000, 7, 3600) == row


def test_an_ended_call_that_goes_on_sending_is_remembered_longer_than_one_that_ended_after_it() -> None:
    port = Port()
    sends, silent, last, row = (port.open("10.0.0.1", 4000 + 2 * number) for number in range(4))
    for ended, tick in ((sends, 100), (silent, 110), (last, 120 + ENDED_CALL_TICKS)):
        if ended is last:
            assert port.row_of("10.0.0.1", 4000, 1000 + sends, 590) is None
        port.latches.leave(ended, 0, tick)
        port.channels.close(ended)
    assert port.row_of("10.0.0.1", 4000, 1000 + sends, 121 + ENDED_CALL_TICKS) is None
    assert port.row_of("10.0.0.1", 4002, 1000 + silent, 121 + ENDED_CALL_TICKS) == row
