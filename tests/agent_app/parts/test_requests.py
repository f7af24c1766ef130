"""The life of a request: pending, then answered, refused, lost or dropped; never two ends."""

import pytest

from agent_app.model.desk.view import Action, DeskView, LinkState
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import COMMAND_S, GRACE_S, Requests, SentRequest
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import Customers, DeskRefusal, Done, FindCustomers, OpenSeat, Refused, Reply
from tests.agent_app.fakes import FakeSwitch


class Sender:
    """``Requests`` at a fake switch, and a list of all that the callbacks got."""

    def __init__(self) -> None:
        self.now = 100.0
        self.switch = FakeSwitch(lambda: self.now)
        self.views: list[DeskView] = []
        self.draft = ViewDraft(DeskView(link=LinkState.UP), self.views.append, lambda: self.now)
        self.requests = Requests(self.draft, self.switch, lambda: self.now)
        self.answers: list[Reply] = []
        self.failures: list[Failed | Refused] = []

    def search(self, action: Action | None = Action.SEARCH) -> SentRequest:
        return self.requests.send(
            action, FindCustomers("li"), Customers, self.answers.append, failed=self.failures.append
        )

    @property
    def problem(self) -> str:
        problem = self.draft.given.problem
        return problem.code if problem is not None else ""


ANSWER = Customers(())
ENDS: list[tuple[Reply | Failed, str]] = [
    (ANSWER, ""),
    (Refused(DeskRefusal.BUSY), "busy"),
    (Failed("link_lost"), "link_lost"),
    (Done(), "bad_reply"),
]


@pytest.mark.parametrize(("result", "problem"), ENDS)
def test_each_request_ends_once(result: Reply | Failed, problem: str) -> None:
    on = Sender()
    sent = on.search()
    assert (sent.pending, on.requests.is_pending(Action.SEARCH)) == (True, True)
    on.switch.answer(result)
    assert (sent.pending, on.problem) == (False, problem)
    assert (len(on.answers), len(on.failures)) == ((0, 1) if problem else (1, 0))
    assert not on.draft.given.is_pending(Action.SEARCH)
    on.now += 60
    on.requests.tick(on.now)
    assert len(on.answers) + len(on.failures) == 1


@pytest.mark.parametrize(("result", "problem"), ENDS)
def test_a_request_of_the_app_is_neither_pending_nor_a_problem(result: Reply | Failed, problem: str) -> None:
    on = Sender()
    sent = on.search(None)
    on.switch.answer(result)
    assert (sent.pending, on.problem, bool(on.failures)) == (False, "", bool(problem))
    assert not any(view.pending for view in on.views)


def test_a_silent_port_ends_the_request_too() -> None:
    on = Sender()
    sent = on.search()
    on.requests.tick(on.now + COMMAND_S)
    assert sent.pending
    on.requests.tick(on.now + COMMAND_S + GRACE_S)
    on.switch.answer(ANSWER)
    assert (sent.pending, on.problem, on.answers) == (False, "timed_out", [])


def test_the_answer_to_a_dropped_request_changes_nothing() -> None:
    on = Sender()
    dropped, kept = on.search(), on.search()
    on.requests.drop_request(dropped)
    on.requests.drop_request(None)
    assert on.requests.is_pending(Action.SEARCH)
    on.switch.answer(Failed("link_lost"))
    assert (dropped.pending, kept.pending, on.failures, on.problem) == (False, True, [], "")
    on.requests.drop(Action.SEARCH)
    assert (kept.pending, on.requests.is_pending(Action.SEARCH)) == (False, False)


def test_the_end_of_the_log_in_drops_the_agent_s_requests() -> None:
    on = Sender()
    of_the_agent, of_the_app, log_in = on.search(), on.search(None), on.search(Action.LOG_IN)
    on.requests.drop_all()
    assert [sent.pending for sent in (of_the_agent, of_the_app, log_in)] == [False, True, True]


def test_a_command_that_is_off_is_not_sent() -> None:
    on = Sender()
    on.requests.command(Action.OPEN_SEAT, OpenSeat())
    on.draft.settle()
    assert (on.switch.log, on.problem) == ([], "not_logged_in")
