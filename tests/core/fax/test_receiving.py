"""Faxes that come to a fax number: answered by a fax card, filed to the customer, and work of the number's group."""

from shared.enums import EndCause
from shared.fax import FaxId, FaxResult, FaxVerdict
from shared.ids import CustomerId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.fax import TellFaxChanged
from switch_server.core.leg import Reject
from switch_server.core.words import FAX, ReceiveFax, StartRecording, Transition
from switch_server.services.replay import replay
from tests.core.fax.fax_world import FAX_CARD, FaxWorld
from tests.core.watch import call_id


def test_a_fax_comes_in() -> None:
    world = FaxWorld()
    call = world.fax_comes()
    world.tell(ev.CallerFound(call, CustomerId(7)))
    world.run(1.0)
    [receive] = world.commands(ReceiveFax)
    fax = FaxId(f"r{call}")
    assert (receive.leg, receive.fax, receive.path) == (leg_of(call, 1), fax, f"/fax/received/{fax}.tif")
    assert receive.settings.ident == "+86 20 8755"
    assert not world.commands(StartRecording)
    assert (world.row("faxes", fax)["state"], world.row("faxes", fax)["group_name"]) == ("receiving", "orders")
    world.run(120.0)
    assert call not in world.switch.calls
    row = world.row("faxes", fax)
    assert (row["state"], row["result"], row["pages"], row["customer"], row["number"], row["direction"]) == (
        "new", "ok", 3, 7, "13800138000", "in",
    )  # fmt: skip
    contact = world.row("contacts", fax)
    assert (contact["channel"], contact["direction"], contact["call"]) == ("fax", "in", call)
    assert call not in world.watch.rows["contacts"]
    first, last = world.all(TellFaxChanged)[0], world.all(TellFaxChanged)[-1]
    assert (first.fax, first.row["direction"], first.row["group_name"]) == (fax, "in", "orders")
    assert (last.fax, last.row["state"], last.row["pages"]) == (fax, "new", 3)
    was = [t for t in world.all(Transition) if call_id(t) == call]
    assert [t for _, t in replay(call, world.journal, world.now)] == was
    world.finish()


def test_what_came_before_the_line_dropped_is_kept() -> None:
    world = FaxWorld()
    call = world.fax_comes()
    world.run(45.0)
    world.hang_up(call)
    world.run(1.0)
    row = world.row("faxes", f"r{call}")
    assert (row["state"], row["result"], row["pages"]) == ("new", "dropped", 1)
    world.finish()


def test_a_person_calls_the_fax_number() -> None:
    world = FaxWorld()
    world.reactions.fax_tries = [(0, FaxResult.NO_FAX)]
    call = world.fax_comes()
    world.run(30.0)
    assert world.row("faxes", f"r{call}")["state"] == "failed"
    assert world.row("calls", call)["cause"] is EndCause.GOODBYE
    world.finish()


def test_the_disk_has_no_room_for_faxes() -> None:
    world = FaxWorld()
    world.tell(ev.FaxSpoolChanged(full=True))
    call = world.fax_comes()
    world.run(2.0)
    assert world.row("calls", call)["cause"] is EndCause.REJECTED_FULL
    assert not world.commands(ReceiveFax)
    assert [t for _, t in replay(call, world.journal, world.now)] == [
        t for t in world.all(Transition) if call_id(t) == call
    ]
    assert world.verdict(world.ask()) is FaxVerdict.NOT_KEPT
    world.tell(ev.FaxSpoolChanged(full=False))
    assert world.verdict(world.ask()) is FaxVerdict.ACCEPTED
    world.fax_comes()
    world.run(2.0)
    assert len(world.commands(ReceiveFax)) == 1
    world.finish()


def test_without_a_fax_card_the_number_is_not_answered() -> None:
    world = FaxWorld()
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    call = world.fax_comes()
    assert Reject(leg_of(call, 1), 503, EndCause.REJECTED_FULL) in world.effects
    world.tell(ev.CardUp(FAX_CARD, 1, FAX))
    world.finish()


def test_the_card_dies_in_mid_fax() -> None:
    world = FaxWorld()
    call = world.fax_comes()
    world.run(45.0)
    world.tell(ev.CardDied(FAX_CARD, "killed"))
    world.run(1.0)
    row = world.row("faxes", f"r{call}")
    assert (row["state"], row["result"], row["pages"]) == ("new", "card_lost", 1)
    world.finish()
