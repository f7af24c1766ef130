"""The real core with a card and lines that carry out every command at once; two calls hear a welcome."""

from collections.abc import Callable, Iterable
from pathlib import Path

from shared.enums import EndCause, Law, PlayEnd
from shared.ids import CallId, CardId, TrunkName, leg_of
from switch_server.adapters.event_journal import EventJournal
from switch_server.core import catalogue as events
from switch_server.core.flow import Flow, HangUpStep, Say
from switch_server.core.leg import Answer, HangUp, ToCard
from switch_server.core.switch import Switch
from switch_server.core.words import Effect, SwitchConfig, Transition, Trunk, media
from tests.switchctl.fake import NOW

CALL, OTHER = CallId("2025082501302000000"), CallId("2025082501302000001")
FLOW = Flow("hello", ("*",), "hello", {"hello": Say(("welcome",), "bye"), "bye": HangUpStep(("goodbye",))})
CONFIG = SwitchConfig(trunks=(Trunk(TrunkName("city"), far=("192.0.2.1",)),), recordings="/recordings")
FAR = media.Far("192.0.2.1", 4000, Law.A)
NEAR = media.Near("192.0.2.2", 5000, Law.A)


class SmallSwitch:
    """``tell`` handles an event and all events that follow from it.

    ``patient``: plays never end, so calls go on. ``log``: the first call's transitions.
    """

    def __init__(
        self, journal: Callable[[events.Event, float], object] | None = None, recordings: str = "/recordings"
    ) -> None:
        self.core = Switch(journal=journal)
        self.log: list[str] = []
        self.now = NOW
        self.patient = False
        self.carry: Callable[[Effect], object] = lambda _effect: None
        config = SwitchConfig(trunks=CONFIG.trunks, recordings=recordings)
        self.tell(events.Configured(config, (FLOW,)), events.CardUp(CardId("card-1"), 10))

    def call(self, call: CallId) -> None:
        self.tell(events.CallOffered(leg_of(call, 1), TrunkName("city"), "13900001234", "95500", FAR))

    def tell(self, *told: events.Event) -> None:
        waiting = list(told)
        while waiting:
            self.now += 0.25
            for effect in self.core.handle(waiting.pop(0), self.now):
                waiting += self._answers(effect)
                self.carry(effect)
                self._note(effect)

    def _note(self, effect: Effect) -> None:
        if isinstance(effect, Transition) and effect.subject.startswith(CALL):
            self.log.append(f"{effect.machine} {effect.subject}: {effect.old} -> {effect.event} -> {effect.new}")

    def _answers(self, effect: Effect) -> Iterable[events.Event]:
        match effect:
            case ToCard(command=media.OpenChannel(leg)):
                yield events.ChannelOpened(leg, NEAR)
            case ToCard(command=media.Play(leg, play)) if not self.patient:
                yield events.PlayEnded(leg, play, PlayEnd.DONE, 1500)
            case ToCard(command=media.CloseChannel(leg)):
                yield events.ChannelClosed(leg, media.MediaStats(mos=4.4))
            case Answer(leg):
                yield events.LegConfirmed(leg)
            case HangUp(leg, cause):
                yield events.LegEnded(leg, cause)


def journalled(folder: Path) -> SmallSwitch:
    """Runs two simultaneous calls from begin to end, with the event journal in ``folder``."""
    journal = EventJournal(folder)
    journal.start()
    switch = SmallSwitch(journal.append)
    switch.patient = True
    for call in (CALL, OTHER):
        switch.call(call)
    switch.patient = False
    for call in (CALL, OTHER):
        switch.tell(events.LegEnded(leg_of(call, 1), EndCause.CALLER_HUNG_UP))
    journal.stop()
    return switch
