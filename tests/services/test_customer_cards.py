"""Customer cards: the largest possible ones, and the limits of rights."""

from pathlib import Path

import msgspec

from shared.desk import TEXT_MAX, CustomerShown, Ticket
from shared.enums import Role
from shared.ids import AgentId, CallId, CustomerId, TicketId
from shared.link.wire import MAX_FRAME
from switch_server.adapters.store.tickets import MOST_TEXT
from switch_server.ports.desks import AgentRecord
from switch_server.ports.records import PastContact
from switch_server.services.customer_cards import CustomerCards, StoredCustomer
from switch_server.services.customer_questions import CONTACTS
from tests.services.customer_rig import ANN, BOB, EVE, LI, MAX, Rig, run
from tests.store.samples import NOON

TICKETS = 30


def test_the_fullest_card_fits_into_a_frame(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        wide = "\U00020000"
        history = [
            PastContact(
                id=f"c{n}", channel="phone", direction="in", at=NOON, summary=wide * TEXT_MAX * 3, call=CallId(f"c{n}")
            )
            for n in range(CONTACTS)
        ]
        ticket = Ticket(TicketId(1), CustomerId(1), wide * 200, "open", NOON, ANN.agent, NOON, wide * MOST_TEXT)
        card = CustomerCards(rig.store.agents, lambda _branch: {}).card(
            StoredCustomer(LI, history, [ticket] * TICKETS), MAX
        )
        assert len(msgspec.msgpack.encode(CustomerShown(card))) < MAX_FRAME * 0.95

    run(tmp_path, test)


def test_rights_at_their_edges(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        cards = CustomerCards(rig.store.agents, lambda _branch: {})
        alone = AgentRecord(AgentId("9"), "Alone", Role.SUPERVISOR, "")
        rig.store.agents.put_agent(AgentRecord(AgentId("8"), "No group"), "operator")
        assert not cards.may_hear(alone, ["8"]), "no group is no group of its own"
        assert cards.may_hear(alone, ["9"])
        assert cards.may_hear(EVE, [BOB.agent, ANN.agent])
        assert not cards.may_hear(EVE, [BOB.agent])
        assert not cards.may_hear(EVE, ["gone"])
        assert not cards.may_hear(None, [ANN.agent])
        assert cards.may_hear(MAX, [])

    run(tmp_path, test)
