"""``switchctl replay``: what the core did is printed again from the journal folder alone."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.enums import Law, PlayEnd
from shared.ids import CallId, CardId, TrunkName, leg_of
from switch_server.adapters.event_journal import EventJournal
from switch_server.core import events, media
from switch_server.core.config import SwitchConfig, Trunk
from switch_server.core.effects import Answer, Effect, HangUp, ToCard, Transition
from switch_server.core.flow import Flow, HangUpStep, Say
from switch_server.core.switch import Switch
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import NOW

CALL, OTHER = CallId("2025082501302000000"), CallId("2025082501302000001")
FLOW = Flow("hello", ("*",), "hello", {"hello": Say(("welcome",), "bye"), "bye": HangUpStep(("goodbye",))})
CONFIG = SwitchConfig(trunks=(Trunk(TrunkName("city"), far=("192.0.2.1",)),), recordings="/recordings")
FAR = media.Far("192.0.2.1", 4000, Law.A)
NEAR = media.Near("192.0.2.2", 5000, Law.A)


def answers(effect: Effect) -> Iterable[events.Event]:
    """A card and lines that do at once what they are told."""
    match effect:
        case ToCard(command=media.OpenChannel(leg)):
            yield events.ChannelOpened(leg, NEAR)
        case ToCard(command=media.Play(leg, play)):
            yield events.PlayEnded(leg, play, PlayEnd.DONE, 1500)
        case ToCard(command=media.CloseChannel(leg)):
            yield events.ChannelClosed(leg, media.MediaStats(mos=4.4))
        case Answer(leg):
            yield events.LegConfirmed(leg)
        case HangUp(leg, cause):
            yield events.LegEnded(leg, cause)


class Recorded:
    """Two calls at the same time, journalled; ``log`` has the first one's transitions as the switch's log has them."""

    def __init__(self, folder: Path) -> None:
        self.log: list[str] = []
        self._journal = EventJournal(folder)
        self._journal.start()
        self._switch = Switch(journal=self._journal.append)
        self._now = NOW
        self.tell(events.Configured(CONFIG, (FLOW,)), events.CardUp(CardId("card-1"), 10))
        for call in (CALL, OTHER):
            self.tell(events.CallOffered(leg_of(call, 1), TrunkName("city"), "13900001234", "95500", FAR))
        self._journal.stop()

    def tell(self, *told: events.Event) -> None:
        waiting = list(told)
        while waiting:
            self._now += 0.25
            for effect in self._switch.handle(waiting.pop(0), self._now):
                waiting += answers(effect)
                if isinstance(effect, Transition) and effect.subject.startswith(CALL):
                    text = f"{effect.machine} {effect.subject}: {effect.old} -> {effect.event} -> {effect.new}"
                    self.log.append(text)


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "state" / "journal")


def test_replay_prints_the_transitions_that_the_log_has(ctl: Ctl, recorded: Recorded) -> None:
    said = ctl("replay", CALL)
    assert said.status == 0
    *lines, summary = said.out.splitlines()
    assert [line.partition(" ")[2] for line in lines] == recorded.log
    assert len(recorded.log) > 5
    assert lines[0].startswith("09:31:0")
    assert summary.endswith(f"{len(lines)} transitions")


def test_replay_as_a_document(ctl: Ctl, recorded: Recorded) -> None:
    document = ctl("replay", CALL, "--json").document
    assert (document["format"], document["type"], document["call"]) == (1, "Replayed", CALL)
    assert len(document["transitions"]) == len(recorded.log)
    assert set(document["transitions"][0]) == {"at", "machine", "subject", "old", "event", "new"}


def test_a_call_that_the_journal_does_not_have(ctl: Ctl, recorded: Recorded) -> None:
    said = ctl("replay", "77")
    assert (said.status, said.err) == (1, "the journal has no such call: 77\n")


def test_no_journal(ctl: Ctl) -> None:
    assert ctl("replay", CALL, "--journal", "nowhere").err == "there is no event journal in nowhere\n"


def test_a_journal_of_another_version(ctl: Ctl, recorded: Recorded, tmp_path: Path) -> None:
    (file,) = (tmp_path / "state" / "journal").glob("*.jsonl")
    file.write_text(file.read_text().replace("CallOffered", "CallSung"))
    said = ctl("replay", CALL)
    assert (said.status, "unknown event 'CallSung'" in said.err) == (1, True)


def test_a_torn_last_line_is_passed_over(ctl: Ctl, recorded: Recorded, tmp_path: Path) -> None:
    (file,) = (tmp_path / "state" / "journal").glob("*.jsonl")
    with file.open("a") as journal:
        journal.write('{"seq":99,"at":1756')
    assert ctl("replay", CALL).status == 0
