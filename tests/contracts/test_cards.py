"""``ports.CardsPort``: the same tests for the fake and for the real rack."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from shared.enums import DigitMode, Law, PlayEnd
from shared.ids import CardId, LegId, RecordingId
from switch_server.adapters.cards import CardRack
from switch_server.core import catalogue as e
from switch_server.core.leg import ToCard
from switch_server.core.words import media as m
from tests.fakes.cards import FakeCards
from tests.rtp_peer import RtpPeer

E = TypeVar("E", bound=e.Event)
CARD = CardId("card-1")
A, B = LegId("20300101-1/1"), LegId("20300101-1/2")


class CardRig:
    """Cards, their events, and actions that differ between the fake and real cards."""

    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self.opened: dict[LegId, m.Near] = {}
        self._news = asyncio.Event()
        self.cards: CardRack | FakeCards
        self.kill: Callable[[CardId], None]
        self.press: Callable[[LegId, str], None]

    def post(self, event: e.Event) -> None:
        self.events.append(event)
        if isinstance(event, e.ChannelOpened):
            self.opened[event.leg] = event.near
        self._news.set()

    def post_now(self, events: Iterable[e.Event]) -> None:
        for event in events:
            self.post(event)

    def do(self, *commands: m.CardCommand, card: CardId = CARD) -> None:
        for command in commands:
            self.cards.do(ToCard(card, command))
        self.cards.flush()

    async def wait(self, kind: type[E], seconds: float = 15) -> E:
        """Takes the first event of a kind; earlier events are dropped."""
        async with asyncio.timeout(seconds):
            while True:
                for place, event in enumerate(self.events):
                    if isinstance(event, kind):
                        del self.events[: place + 1]
                        return event
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[CardRig]:
    desk = CardRig()
    desk.cards = cards = FakeCards(desk.post, cards=2, channels=3)
    desk.kill, desk.press = cards.kill, cards.press
    await cards.start()
    yield desk
    await cards.stop()


@asynccontextmanager
async def real(prompts: Path) -> AsyncIterator[CardRig]:
    desk = CardRig()
    desk.cards = rack = CardRack(
        desk.post, desk.post_now, cards=2, channels=3, ip="127.0.0.1", prompt_folders=[prompts]
    )
    with RtpPeer() as peer:
        desk.kill = lambda card: os.kill(rack.pids()[card], signal.SIGKILL)

        def press(leg: LegId, digits: str) -> None:
            rack.do(ToCard(CARD, m.ChangeFar(leg, m.Far(peer.ip, peer.port, Law.A, 101))))
            rack.flush()
            near = desk.opened[leg]
            peer.call(near.ip, near.port)
            peer.press(digits)

        desk.press = press
        await rack.start()
        try:
            yield desk
        finally:
            await rack.stop()


@pytest.fixture(params=[fake, real], ids=["fake", "real"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[CardRig], Awaitable[None]]], None]:
    async def play(story: Callable[[CardRig], Awaitable[None]]) -> None:
        async with request.param(tmp_path) as desk:
            ups = {(await desk.wait(e.CardUp)).card for _ in range(2)}
            assert ups == {"card-1", "card-2"}
            await story(desk)

    return lambda story: asyncio.run(play(story))


Run = Callable[[Callable[[CardRig], Awaitable[None]]], None]
FAR = m.Far("127.0.0.1", 45678, Law.A, 101)


def test_a_channel_from_open_to_close(run: Run, tmp_path: Path) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.OpenChannel(A, FAR), m.OpenChannel(A, FAR))
        opened = await desk.wait(e.ChannelOpened)
        assert (opened.leg, opened.near.law, opened.near.telephone_event) == (A, Law.A, 101)
        assert await desk.wait(e.ChannelFailed) == e.ChannelFailed(A, "exists", CARD)
        desk.do(m.Play(A, 1, ("tone:dial",)), m.Play(A, 2, ("tone:busy",), barge_in=False))
        first = await desk.wait(e.PlayEnded)
        assert (first.play, first.reason) == (1, PlayEnd.STOPPED)
        desk.do(m.StartRecording(A, RecordingId("r1"), str(tmp_path / "r1.wav")))
        desk.do(m.CloseChannel(A))
        second, recorded = await desk.wait(e.PlayEnded), await desk.wait(e.RecordingEnded)
        assert (second.play, second.reason) == (2, PlayEnd.STOPPED)
        assert (recorded.recording, recorded.cause) == ("r1", "closed")
        assert (await desk.wait(e.ChannelClosed)).leg == A

    run(story)


def test_a_recording_goes_on_with_another_leg(run: Run, tmp_path: Path) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.OpenChannel(A, FAR), m.OpenChannel(B, FAR))
        one, two = RecordingId("r1"), RecordingId("r2")
        desk.do(*(m.StartRecording(A, each, str(tmp_path / f"{each}.wav")) for each in (one, two)))
        desk.do(
            m.MoveRecording(A, LegId("nobody"), one),
            m.MoveRecording(B, A, one),
            m.MoveRecording(A, B, RecordingId("r9")),
        )
        desk.do(m.MoveRecording(A, B, one), m.CloseChannel(A))
        stayed = await desk.wait(e.RecordingEnded)
        assert (stayed.leg, stayed.recording, stayed.cause) == (A, two, "closed")
        assert (await desk.wait(e.ChannelClosed)).leg == A
        desk.do(m.CloseChannel(B))
        ended = await desk.wait(e.RecordingEnded)
        assert (ended.leg, ended.recording, ended.cause) == (B, "r1", "closed")

    run(story)


def test_recordings_of_one_leg_end_on_their_own(run: Run, tmp_path: Path) -> None:
    async def story(desk: CardRig) -> None:
        one, two = RecordingId("r1"), RecordingId("r2")
        desk.do(m.OpenChannel(A, FAR))
        desk.do(*(m.StartRecording(A, each, str(tmp_path / f"{each}.wav")) for each in (one, two)))
        desk.do(m.StopRecording(A, RecordingId("r9")), m.StopRecording(A, two), m.StopRecording(A, two))
        first = await desk.wait(e.RecordingEnded)
        assert (first.leg, first.recording, first.cause) == (A, two, "stopped")
        desk.do(m.CloseChannel(A))
        second = await desk.wait(e.RecordingEnded)
        assert (second.recording, second.cause) == (one, "closed")

    run(story)


def test_a_full_card_refuses_and_a_closed_channel_is_free_again(run: Run) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(*(m.OpenChannel(LegId(f"c/{n}"), None) for n in range(4)))
        failed = await desk.wait(e.ChannelFailed)
        assert failed == e.ChannelFailed(LegId("c/3"), "full", CARD)
        desk.do(m.CloseChannel(LegId("c/1")), m.OpenChannel(LegId("c/4"), FAR))
        assert (await desk.wait(e.ChannelOpened)).leg == "c/4"

    run(story)


def test_a_key_ends_the_play_and_comes_as_a_secret(run: Run) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.OpenChannel(A, None))
        await desk.wait(e.ChannelOpened)
        desk.do(m.Play(A, 7, ("tone:dial",)))
        desk.press(A, "5")
        ended = await desk.wait(e.PlayEnded)
        assert (ended.play, ended.reason) == (7, PlayEnd.BARGED)
        pressed = await desk.wait(e.DigitPressed)
        assert pressed.digit.reveal() == "5"
        assert pressed.way is DigitMode.RFC4733
        assert "5" not in repr(pressed.digit)

    run(story)


def test_a_key_ends_no_play_while_the_leg_s_keys_come_by_info(run: Run) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.OpenChannel(A, None))
        await desk.wait(e.ChannelOpened)
        desk.do(m.Play(A, 7, ("tone:dial",)), m.KeysEndPlays(A, on=False))
        desk.press(A, "5")
        await desk.wait(e.DigitPressed)
        desk.do(m.KeysEndPlays(A, on=True))
        desk.press(A, "6")
        assert (await desk.wait(e.PlayEnded)).play == 7, "the second key has ended it"
        assert (await desk.wait(e.DigitPressed)).digit.reveal() == "6"

    run(story)


def test_commands_for_unknown_channels_are_ignored(run: Run) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.CloseChannel(B), m.Play(B, 1, ("tone:dial",)), m.Hear(B, (A,)), m.ReloadPrompts())
        desk.do(m.OpenChannel(A, FAR), card=CardId("card-9"))
        desk.do(m.OpenChannel(A, FAR))
        await desk.wait(e.ChannelOpened)
        assert not desk.events

    run(story)


def test_a_dead_card_is_reported_and_restarts_empty_while_others_go_on(run: Run) -> None:
    async def story(desk: CardRig) -> None:
        desk.do(m.OpenChannel(A, FAR))
        desk.do(m.OpenChannel(B, FAR), card=CardId("card-2"))
        for _ in range(2):
            await desk.wait(e.ChannelOpened)
        desk.kill(CARD)
        died = await desk.wait(e.CardDied)
        assert died.card == CARD
        assert (await desk.wait(e.CardUp)).card == CARD
        desk.do(m.OpenChannel(A, FAR))
        assert (await desk.wait(e.ChannelOpened)).leg == A
        desk.do(m.CloseChannel(B), card=CardId("card-2"))
        assert (await desk.wait(e.ChannelClosed)).leg == B

    run(story)


def test_the_rack_lists_its_processes(tmp_path: Path) -> None:
    async def story() -> None:
        events: list[e.Event] = []
        rack = CardRack(events.append, events.extend, cards=1, channels=2, ip="127.0.0.1", prompt_folders=[tmp_path])
        await rack.start()
        async with asyncio.timeout(15):
            while not rack.loads():  # noqa: ASYNC110  # loads are read, not posted
                await asyncio.sleep(0.05)
        pids = rack.pids()
        assert list(pids) == ["card-1"]
        assert rack.loads()[CARD].channels == 0
        assert events == [e.CardUp(CARD, 2)]
        await rack.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(pids[CARD], 0)
        assert events == [e.CardUp(CARD, 2)]

    asyncio.run(story())


def test_a_card_that_cannot_even_be_started_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """Here the start fails by a folder's name that is no valid program argument."""

    async def story() -> None:
        events: list[e.Event] = []
        rack = CardRack(
            events.append, events.extend, cards=1, channels=2, ip="127.0.0.1", prompt_folders=[Path("a\0b")]
        )
        await rack.start()
        async with asyncio.timeout(20):
            while rack.restarts[CARD] < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await rack.stop()
        assert {type(event) for event in events} == {e.CardDied}

    asyncio.run(story())
    assert "embedded null byte" in caplog.text


def test_a_rack_whose_cards_cannot_live_waits_longer_each_time(tmp_path: Path) -> None:
    async def story() -> None:
        events: list[e.Event] = []
        rack = CardRack(events.append, events.extend, cards=1, channels=2, ip="256.0.0.1", prompt_folders=[tmp_path])
        await rack.start()
        async with asyncio.timeout(20):
            while rack.restarts[CARD] < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        assert rack.restarts[CARD] == 2  # the third start waits half a second
        await rack.stop()
        assert {type(event) for event in events} == {e.CardDied}

    asyncio.run(story())
