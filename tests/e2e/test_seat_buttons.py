"""The real ``agent-app`` at the real switch, three in a call: what its presenter's buttons ask for comes back as the views that they were pressed for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_app.model.desk.view import Action, Returned
from agent_app.model.phonebook.people import CallWay
from shared.desk import CameBack
from shared.enums import PartyState, SeatState
from tests.e2e.app import Hands, hears_something_else, hears_tone
from tests.e2e.centre import Centre
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, MAIN, QUEUE, queues
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    flows = FLOWS | {"main": MAIN.read_text()}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=queues) as made:
        yield made


def test_consult_swap_conference_and_leave(centre: Centre, tmp_path: Path) -> None:
    """A talks to the customer (400 Hz), asks C (700 Hz); the two are swapped, joined, and go on without A."""
    with Hands(centre, tmp_path, 0) as app, Phone(centre, QUEUE) as phone:
        phone.rtp.say(sine(1000, 8000 * 100))
        call = app.answers(phone.call)
        hears_tone(phone, 400)
        with Hands(centre, tmp_path, 1, say="tone:700") as other:
            app.do("consult", "seat", other.agent)
            app.is_seat(SeatState.CONSULTING)
            app.until(
                lambda view: (
                    view.state.call and [party.kind for party in view.state.call.parties] == ["customer", "seat"]
                )
            )
            assert app.call.held_at is not None
            assert not app.view.enabled[Action.SWAP].on
            hears_something_else(phone, 400)
            other.until(lambda view: view.enabled[Action.ANSWER].on)
            other.do("answer")
            app.until(lambda view: view.enabled[Action.SWAP].on and view.enabled[Action.JOIN].on)
            app.do("swap")
            hears_tone(phone, 400)
            app.until(lambda view: view.state.call and view.state.call.parties[-1].state is PartyState.WAITING)
            app.do("join")
            app.is_seat(SeatState.CONFERENCE)
            other.is_seat(SeatState.CONFERENCE)
            app.do("hang_up")
            app.wraps_up()
            hears_tone(phone, 700)
            assert {(past.way, past.number) for past in app.view.calls} == {
                (CallWay.IN, phone.ani), (CallWay.INTERNAL, other.agent),
            }  # fmt: skip
            other.ends()
        phone.ended()
    assert call.call == phone.call


def test_returned_before_the_answer_and_refused(centre: Centre, tmp_path: Path) -> None:
    with Hands(centre, tmp_path, 0) as app, Phone(centre, QUEUE) as phone:
        phone.rtp.say(sine(1000, 8000 * 100))
        app.answers(phone.call)
        with Hands(centre, tmp_path, 1) as other:
            app.do("consult", "seat", other.agent)
            app.until(lambda view: view.enabled[Action.RETURN].on)
            app.do("return_")
            app.is_seat(SeatState.TALKING)
            app.until(lambda view: view.returned == Returned(CameBack.CANCELLED, "seat", other.agent))
            hears_tone(phone, 400)
            other.until(lambda view: view.state.call is None)
            app.do("consult", "seat", other.agent)
            other.until(lambda view: view.enabled[Action.ANSWER].on)
            other.do("hang_up")
            app.until(lambda view: view.returned == Returned(CameBack.REFUSED, "seat", other.agent))
            hears_tone(phone, 400)
        app.ends()


def test_an_internal_call(centre: Centre, tmp_path: Path) -> None:
    with Hands(centre, tmp_path, 0) as app, Hands(centre, tmp_path, 1) as other:
        app.do("call_seat", other.agent)
        other.until(lambda view: view.enabled[Action.ANSWER].on)
        assert other.call.number == app.agent
        other.do("answer")
        for each in (app, other):
            each.is_seat(SeatState.TALKING)
        app.do("hang_up")
        for each in (app, other):
            each.until(lambda view: view.state.call is None)
        assert [(past.way, past.number) for past in app.view.calls] == [(CallWay.INTERNAL, other.agent)]
        assert [(past.way, past.number) for past in other.view.calls] == [(CallWay.INTERNAL, app.agent)]
