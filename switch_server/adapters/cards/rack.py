"""The rack: N voice cards and perhaps a fax card, each a supervised process. The death of a card is posted, and the card is started again under its old id."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path

from shared.ids import CardId
from switch_server.adapters.cards import fax_library
from switch_server.adapters.cards.process import CardProcess
from switch_server.adapters.cards.translate import to_core
from switch_server.core.facts import CardDied
from switch_server.core.leg import ToCard
from switch_server.core.words import CardEvent, CardLoad, CardReady, Event, ReloadPrompts
from switch_server.ports import Post

LOG = logging.getLogger("huawu.cards")
SHORT_LIFE_S = 5.0
FIRST_BACKOFF_S, MOST_BACKOFF_S = 0.5, 10.0
STOP_S = 8.0
FAX_CARD = CardId("fax-1")


class CardRack:
    """Implements ``ports.CardsPort``. ``start`` returns when the processes run; each ``CardUp`` follows by ``post``; ``up`` waits for them.

    A card that dies within five seconds of its start is started again after 0.5 s, then 1, 2 … 10 s; any other at once. Everything,
    including ``post``, happens on the loop on which the rack was made. ``post_now`` is ``post`` for the events of one datagram, after which the
    rack has nothing to do.

    With ``fax_channels`` a fax card is started, too, if its library is installed; ``no_fax`` says what is missing, else it is empty.
    """

    def __init__(
        self,
        post: Post,
        post_now: Callable[[Iterable[Event]], None],
        *,
        cards: int,
        channels: int,
        ip: str,
        prompt_folders: list[Path],
        fax_channels: int = 0,
    ) -> None:
        self._post, self._post_now = post, post_now
        self._channels, self._ip, self._fax_channels = channels, ip, fax_channels
        self._folders = [word for folder in prompt_folders for word in ("--prompts", str(folder))]
        self._loop = asyncio.get_running_loop()
        self._voice = [CardId(f"card-{number}") for number in range(1, cards + 1)]
        self.no_fax = fax_library.missing() if fax_channels else ""
        self._ids = [*self._voice, *([FAX_CARD] if fax_channels and not self.no_fax else [])]
        self._live: dict[CardId, CardProcess] = {}
        self._loads: dict[CardId, CardLoad] = {}
        self._short_lives: dict[CardId, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()  # pending starts
        self._reaping: set[asyncio.Task[None]] = set()  # waiting for the end of processes
        self._stopping = False
        self.restarts: Counter[CardId] = Counter(dict.fromkeys(self._ids, 0))
        """The restarts of each configured card."""
        self._ready: set[CardId] = set()
        self._tried: set[CardId] = set()
        self._up = asyncio.Event()

    async def start(self) -> None:
        for card in self._ids:
            await self._start(card)

    async def up(self) -> None:
        """Waits until each card is ready or has failed once, and at least one voice card is ready. Its ``CardUp`` has been posted by then."""
        await self._up.wait()

    def do(self, effect: ToCard) -> None:
        process = self._live.get(effect.card)
        if process is not None:
            process.send(effect.command)

    def flush(self) -> None:
        for process in self._live.values():
            process.flush()

    async def stop(self) -> None:
        """Ends all cards: recordings are closed, no more events are posted."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._reaping, return_exceptions=True)
        await asyncio.gather(*(process.stop(STOP_S) for process in self._live.values()))
        self._live.clear()

    def reload_prompts(self) -> None:
        """Prompt files may have changed; prompts that play now go on with the old files."""
        for process in self._live.values():
            process.send(ReloadPrompts())
        self.flush()

    def loads(self) -> dict[CardId, CardLoad]:
        """The last load report of each live card."""
        return dict(self._loads)

    def pids(self) -> dict[CardId, int]:
        return {card: process.pid for card, process in self._live.items() if process.pid is not None}

    async def _start(self, card: CardId) -> None:
        started = self._loop.time()
        process = CardProcess(
            card,
            lambda events: self._told(card, events),
            lambda reason: self._ended(card, process, started, reason),
        )
        self._live[card] = process
        try:
            if card == FAX_CARD:
                await process.start("switch_server.fax_card", channels=self._fax_channels, ip=self._ip)
            else:
                await process.start("switch_server.card", channels=self._channels, ip=self._ip, options=self._folders)
        except Exception as error:  # whatever the error, the card is started again
            LOG.exception("%s cannot be started", card)
            self._ended(card, process, started, f"cannot be started: {error}")

    def _told(self, card: CardId, events: list[CardEvent]) -> None:
        if self._stopping:
            return
        for event in events:
            if isinstance(event, CardLoad):
                self._loads[event.card] = event
            elif isinstance(event, CardReady):
                LOG.info("%s is up with %d channels", event.card, event.channels)
                self._ready.add(event.card)
        self._post_now([translated for event in events if (translated := to_core(event, card)) is not None])
        for event in events:
            if isinstance(event, CardReady):
                self._note_tried(event.card)

    def _note_tried(self, card: CardId) -> None:
        self._tried.add(card)
        if self._ready.intersection(self._voice) and self._tried.issuperset(self._ids):
            self._up.set()

    def _ended(self, card: CardId, process: CardProcess, started: float, reason: str) -> None:
        if self._stopping or self._live.get(card) is not process:
            return
        del self._live[card]
        self._loads.pop(card, None)
        self._ready.discard(card)
        self.restarts[card] += 1
        lived = self._loop.time() - started
        short = self._short_lives.get(card, 0) + 1 if lived < SHORT_LIFE_S else 0
        self._short_lives[card] = short
        pause = min(MOST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** (short - 2)) if short > 1 else 0.0
        LOG.error("%s died after %.1f s (%s); next start in %.1f s", card, lived, reason, pause)
        self._post(CardDied(card, reason))
        self._note_tried(card)
        self._spawn(self._again(card, pause), self._tasks)
        self._spawn(process.stop(STOP_S), self._reaping)

    async def _again(self, card: CardId, pause: float) -> None:
        await asyncio.sleep(pause)
        if not self._stopping:
            await self._start(card)

    def _spawn(self, work: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> None:
        task: asyncio.Task[None] = self._loop.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
