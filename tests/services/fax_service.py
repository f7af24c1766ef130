"""The real service of faxes around a real engine, core and store, with fake lines and a fake fax card that stays silent."""

from pathlib import Path

from shared.ids import TrunkName
from switch_server.adapters.store import Store
from switch_server.bootstrap_faxes import FaxServices
from switch_server.core.facts import CardUp
from switch_server.core.flow import Configured
from switch_server.core.words import FAX, SwitchConfig, Trunk
from switch_server.ports.faxes import Faxes
from switch_server.services.call_ids import CallIds
from switch_server.services.engine import Adapters, Engine
from tests.core.fax.fax_world import FAX_CARD, FAX_FLOW
from tests.fakes.branches import FakeBranches
from tests.fakes.cards import FakeCards
from tests.fakes.desks import FakeDesks
from tests.fakes.faxes import FakeDocuments
from tests.fakes.lines import FakeLines
from tests.fakes.order_journal import FakeOrderJournal
from tests.services.test_engine import Log

CONFIG = SwitchConfig(trunks=(Trunk(TrunkName("carrier"), far=("192.0.2.1",)),))


class FaxServiceRig:
    """To be made on a running loop. ``stop`` ends the store's threads."""

    def __init__(self, folder: Path, *, card: bool = True) -> None:
        self._clock = 1_000_000.0
        self.engine = Engine(self.clock)
        post = self.engine.post
        self.store = Store(folder / "huawu.db", post, clock=self.clock)
        self.store.start()
        self.lines = FakeLines(post)
        documents = FakeDocuments(folder / "documents")
        services = FaxServices(folder / "fax", self.store, self.engine, self.clock, CallIds(self.clock), documents)
        self.faxes, self.spool, self.operations = services.faxes, services.spool, services.operations
        post(Configured(CONFIG, (FAX_FLOW,)))
        if card:
            post(CardUp(FAX_CARD, 4, FAX))
        self.engine.start(
            Adapters(
                self.lines, FakeCards(post), FakeBranches(post), FakeOrderJournal(post), self.store, Log(), FakeDesks(post), self.faxes
            )
        )  # fmt: skip
        self.engine._drain()  # the card is up before the first question

    def clock(self) -> float:
        self._clock += 0.001
        return self._clock

    def stop(self) -> None:
        self.store.stop()


RIGS: list[FaxServiceRig] = []


def service(folder: Path) -> Faxes:
    """For the contract suite, which ends ``RIGS``."""
    RIGS.append(FaxServiceRig(folder))
    return RIGS[-1].faxes
