"""A world with a fax card, whose sessions go as ``Reactions.fax_tries`` says."""

from typing import Any

from msgspec import structs

from shared.fax import FaxId, FaxState, FaxVerdict
from shared.ids import CallId, CardId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.fax import FaxAnswered, FaxJob, KeepFax, TellFaxChanged
from switch_server.core.flow import FaxReceive, Flow, HangUpStep
from switch_server.core.leg import PlaceCall
from switch_server.core.words import FAX, FaxRules, SendFax, SwitchConfig, media
from tests.core.a_flow import MAIN, TRUNK
from tests.core.desk_world import DeskWorld
from tests.core.world import CONFIG, FAR

FAX_CARD = CardId("fax-1")
FAX_NUMBER = "02087550088"
FAX_FLOW = Flow("fax", (FAX_NUMBER,), "receive", {"receive": FaxReceive(on_failed="bye"), "bye": HangUpStep()})
NUMBER = "02083001234"
RULES = FaxRules(ident="+86 20 8755", numbers={FAX_NUMBER: "orders", "*": "all"})


class FaxWorld(DeskWorld):
    def __init__(
        self, rules: FaxRules = RULES, config: SwitchConfig = CONFIG, channels: int = 32, flow: Flow = MAIN
    ) -> None:
        super().__init__(flow, config)
        self._flow = flow
        self.rules(rules)
        self.tell(ev.CardUp(FAX_CARD, channels, FAX))
        self._faxes = 0

    def rules(self, rules: FaxRules) -> None:
        config = structs.replace(self.switch.config, fax=rules, fax_spool="/fax")
        self.tell(ev.Configured(config, (self._flow, FAX_FLOW)))

    def job(self, **changes: Any) -> FaxJob:
        self._faxes += 1
        fax = FaxId(f"f20261122T093000-1{self._faxes:03}")
        job = FaxJob(fax=fax, number=NUMBER, document="/fax/documents/a.tif", pages=3, by="agent:ann")
        return structs.replace(job, **changes)

    def ask(self, live: CallId | None = None, **changes: Any) -> FaxId:
        """A fax that is asked for, and answered."""
        job = self.job(**changes)
        self.tell(ev.FaxAsked(job, live))
        self.run(0.02)
        return job.fax

    def verdict(self, fax: FaxId) -> FaxVerdict:
        [verdict] = [answer.verdict for answer in self.all(FaxAnswered) if answer.fax == fax]
        return verdict

    def fax(self, fax: FaxId) -> dict[str, Any]:
        kept = [keep.row for keep in self.all(KeepFax) if keep.fax == fax]
        return (kept[-1] if kept else {}) | self.row("faxes", fax)

    def fax_state(self, fax: FaxId) -> FaxState:
        return FaxState(self.fax(fax)["state"])

    def dialled(self) -> list[str]:
        return [placed.dnis for placed in self.all(PlaceCall)]

    def sent_from(self) -> list[int]:
        """The first page of each session, in order."""
        return [command.first_page for command in self.commands(SendFax)]

    def told(self, fax: FaxId) -> list[str]:
        """The states of the fax that were told, each change once."""
        states = [each.row["state"] for each in self.all(TellFaxChanged) if each.fax == fax and "state" in each.row]
        return [state for at, state in enumerate(states) if not at or states[at - 1] != state]

    def fax_comes(self, ani: str = "13800138000", far: media.Far = FAR) -> CallId:
        """A fax machine dials the fax number."""
        call = CallId(f"20261122T093000-{next(self._calls):04}")
        self.tell(ev.CallOffered(leg_of(call, 1), TRUNK, ani, FAX_NUMBER, far))
        return call

    def finish(self) -> None:
        self.run(2000.0)
        super().finish()
        assert not self.switch.faxes.jobs.items
