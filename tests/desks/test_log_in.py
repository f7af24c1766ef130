"""Who may log in at which desk, and the refusals."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from shared import desk as wire
from shared.desk import DeskRefusal, Done, LoggedIn
from shared.enums import LockReason, Role, SeatState
from shared.ids import AgentId, DeskId, PhoneName
from shared.link import keys
from shared.protocol import PROTOCOL, RejectCode
from switch_server.adapters.desks import Passwords
from switch_server.core.desks import AgentOffline, AgentOnline, DeskDown
from tests.desks.rig import CHOICES, A, B, Rig, call, refused, rig, until
from tests.fakes.desks import agent, fake_check, fake_hash, fake_make

Test = Callable[[Rig], Awaitable[None]]
RIGHT = "open sesame"


def run(test: Test, **settings: object) -> None:
    async def go() -> None:
        async with rig(**settings) as on:
            await test(on)

    asyncio.run(go())


def test_log_in_shows_the_seat_and_tells_the_core() -> None:
    async def test(on: Rig) -> None:
        on.book.today[A] = 7
        client = await on.desk()
        reply = await client.log_in(A)
        assert isinstance(reply, LoggedIn)
        assert reply.snapshot.at == on.now
        assert reply.snapshot.seat is not None
        assert (reply.snapshot.seat.state, reply.snapshot.dispositions) == (SeatState.LOCKED, CHOICES)
        online = AgentOnline(
            A, "agent 1001", DeskId("desk-01"), client.contact, Role.AGENT, {"zh": 2}, calls_today=7, anew=True
        )
        assert on.core.of(AgentOnline) == [online]
        assert client.reports == [], "the snapshot says it all"
        assert [audit.actor for audit in on.said("agent_logged_in")] == [A]
        (state,) = on.links.states()
        assert (state.agent, state.desk, state.program) == (A, "desk-01", "agent-app 0.1.0")
        assert RIGHT not in repr(on.audits) + repr(on.core.events)

    run(test)


def test_an_unknown_key_is_refused_and_written_down() -> None:
    async def test(on: Rig) -> None:
        stranger = keys.make()
        client = await on.desk(keys=stranger)
        await until(lambda: on.said("connection_refused"))
        (audit,) = on.said("connection_refused")
        assert (audit.subject, stranger.public.decode()[:8] in audit.detail) == ("127.0.0.1", True)
        assert client.link.channel is None
        assert client.sessions == 0
        assert on.links.states() == ()

    run(test)


def test_a_key_that_was_taken_away_opens_nothing_and_its_link_ends() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.book.remove_desk_key(DeskId("desk-01"), "operator")
        assert on.links.disconnect(DeskId("desk-01"))
        await on.core.wait(DeskDown)
        await client.until(lambda: client.ended)
        assert client.ended[0][0] is RejectCode.UNKNOWN_KEY
        assert not on.links.disconnect(DeskId("desk-01"))

    run(test)


@pytest.mark.parametrize(
    ("theirs", "older"), [(PROTOCOL + 1, "switch-server 0.1.0"), (PROTOCOL - 1, "agent-app 0.3.0")]
)
def test_another_version_hears_which_is_older(caplog: pytest.LogCaptureFixture, theirs: int, older: str) -> None:
    async def test(on: Rig) -> None:
        caplog.set_level("INFO", "shared.link")
        client = await on.desk(protocol=theirs, version="0.3.0")
        await until(lambda: on.said("connection_refused") and "link switch: closed" in caplog.text)
        (audit,) = on.said("connection_refused")
        assert audit.detail == "protocol, desk-01, 1 times"
        (said,) = {line.partition("link switch: ")[2] for line in caplog.messages if "link switch" in line}
        assert said.startswith(f"closed (protocol) {older} is older: it speaks protocol {min(theirs, PROTOCOL)}, ")
        assert said.endswith(f"update {older}")
        assert client.sessions == 0

    run(test)


def test_a_wrong_password_and_an_unknown_agent_are_answered_alike() -> None:
    checks: list[str] = []

    def check(hashed: str, password: str) -> bool:
        checks.append(hashed)
        assert threading.current_thread() is not threading.main_thread()
        return fake_check(hashed, password)

    async def test(on: Rig) -> None:
        client = await on.desk()
        assert await client.log_in(A, "wrong") == wire.Refused(DeskRefusal.WRONG_PASSWORD)
        assert await client.log_in("my-password-typed-here", RIGHT) == wire.Refused(DeskRefusal.WRONG_PASSWORD)
        assert checks == [fake_hash(RIGHT), ""], "an empty hash takes as long"
        assert [audit.subject for audit in on.said("log_in_refused")] == [A, "unknown agent"]
        assert on.core.events == []
        on.book.put_agent(agent(B, disabled=True), "operator")
        refused(await client.log_in(B), DeskRefusal.WRONG_PASSWORD)

    run(test, passwords=Passwords(check, fake_make))


def test_five_wrong_passwords_close_the_agent_and_the_desk() -> None:
    async def test(on: Rig) -> None:
        client, other = await on.desk(), await on.desk("desk-02")
        for _ in range(5):
            refused(await client.log_in(A, "wrong"), DeskRefusal.WRONG_PASSWORD)
        late = refused(await client.log_in(A), DeskRefusal.TOO_MANY_TRIES)
        assert 290 < late.wait <= 300
        refused(await client.log_in(B), DeskRefusal.TOO_MANY_TRIES)  # tries of this desk
        refused(await other.log_in(A), DeskRefusal.TOO_MANY_TRIES)  # tries of this agent
        assert isinstance(await other.log_in(B), LoggedIn)
        assert "refused for 300 s" in on.said("log_in_refused")[-1].detail
        assert len(on.said("log_in_refused")) == 5, "what is refused unchecked is not written down each time"

    run(test)


def test_a_right_password_clears_the_agent_s_wrong_ones() -> None:
    async def test(on: Rig) -> None:
        client, other = await on.desk(), await on.desk("desk-02")
        for _ in range(4):
            refused(await client.log_in(A, "wrong"), DeskRefusal.WRONG_PASSWORD)
        assert isinstance(await other.log_in(A), LoggedIn)
        assert isinstance(await other.do(wire.LogOut()), Done)
        for _ in range(4):
            refused(await other.log_in(A, "wrong"), DeskRefusal.WRONG_PASSWORD)
        refused(await client.log_in(B, "wrong"), DeskRefusal.WRONG_PASSWORD)
        refused(await client.log_in(B), DeskRefusal.TOO_MANY_TRIES)  # the fifth try of this desk

    run(test)


def test_many_guesses_at_once_are_no_more_than_one_by_one() -> None:
    async def test(on: Rig) -> None:
        desks = [await on.desk(f"d{number}") for number in range(12)]
        replies = await asyncio.gather(*(each.log_in(A, "wrong") for each in desks))
        codes = [reply.code for reply in replies if isinstance(reply, wire.Refused)]
        assert codes.count(DeskRefusal.WRONG_PASSWORD) == 5
        assert codes.count(DeskRefusal.TOO_MANY_TRIES) == 7

    async def go() -> None:
        async with rig(*(f"d{number}" for number in range(12))) as on:
            await test(on)

    asyncio.run(go())


def test_one_password_at_a_time() -> None:
    held = threading.Event()

    def slow(hashed: str, password: str) -> bool:
        held.wait(10)
        return fake_check(hashed, password)

    async def test(on: Rig) -> None:
        client = await on.desk()
        await client.link.opened(20)
        first = asyncio.create_task(client.log_in(A))
        await asyncio.sleep(0)
        refused(await client.log_in(B), DeskRefusal.BUSY)
        refused(await client.do(wire.OpenSeat()), DeskRefusal.NOT_LOGGED_IN)
        held.set()
        assert isinstance(await first, LoggedIn)

    run(test, passwords=Passwords(slow, fake_make))


def test_the_link_ends_while_the_password_is_checked() -> None:
    held = threading.Event()

    def slow(hashed: str, password: str) -> bool:
        held.wait(10)
        return fake_check(hashed, password)

    async def test(on: Rig) -> None:
        client = await on.desk()
        channel = await client.link.opened(20)
        answers: list[object] = []
        channel.request(wire.LogIn(A, RIGHT, client.contact), 10, answers.append)
        assert isinstance(
            await client.ask(wire.LogIn(B, RIGHT, client.contact)), wire.Refused
        )  # the answer shows that the first request has arrived
        client.cut()
        await client.until(lambda: client.sessions == 2)
        held.set()
        assert isinstance(await client.log_in(A), LoggedIn)
        assert len(on.core.of(AgentOnline)) == 1
        assert len(on.book.sessions) == 1

    run(test, passwords=Passwords(slow, fake_make))


def test_the_operator_sets_another_password_while_the_old_one_is_checked() -> None:
    held = threading.Event()

    def slow(hashed: str, password: str) -> bool:
        held.wait(10)
        return fake_check(hashed, password)

    async def test(on: Rig) -> None:
        client = await on.desk()
        channel = await client.link.opened(20)
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        channel.request(wire.LogIn(A, RIGHT, client.contact), 20, answer.set_result)
        assert isinstance(
            await client.ask(wire.LogIn(B, RIGHT, client.contact)), wire.Refused
        )  # the answer shows that the first request has arrived
        on.book.put_agent(agent(A, "another secret"), "operator")
        held.set()
        told = await answer
        assert isinstance(told, wire.Refused)
        assert told.code is DeskRefusal.WRONG_PASSWORD
        assert on.core.of(AgentOnline) == []

    run(test, passwords=Passwords(slow, fake_make))


# --- a second log-in ---


def test_an_agent_is_at_one_desk() -> None:
    async def test(on: Rig) -> None:
        first = await on.logged_in()
        second = await on.desk("desk-02")
        assert refused(await second.log_in(A), DeskRefusal.ALREADY_LOGGED_IN).text == "desk-01"
        assert isinstance(await second.log_in(A, take_over=True), LoggedIn)
        await first.until(lambda: first.reports)
        assert first.reports == [wire.LoggedOut("displaced")]
        assert first.state.seat is None
        assert [type(event) for event in on.core.events] == [AgentOnline, AgentOffline, AgentOnline]
        assert on.core.of(AgentOnline)[1].desk == "desk-02"
        assert second.state.seat is not None
        assert second.reports == []
        refused(await first.do(wire.OpenSeat()), DeskRefusal.NOT_LOGGED_IN)
        assert [audit.subject for audit in on.said("agent_displaced")] == ["desk-01"]

    run(test)


def test_nobody_is_taken_over_in_a_call() -> None:
    async def test(on: Rig) -> None:
        first = await on.logged_in()
        on.core.give(A, call())
        second = await on.desk("desk-02")
        refused(await second.log_in(A, take_over=True), DeskRefusal.IN_CALL)
        assert (await first.snapshot()).call is not None

    run(test)


def test_a_desk_has_one_agent() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        refused(await client.log_in(B), DeskRefusal.DESK_TAKEN)
        refused(await client.log_in(B, "wrong"), DeskRefusal.WRONG_PASSWORD)  # a failed log-in reveals nothing
        old = client.session
        assert isinstance(await client.log_in(A), LoggedIn), "again, after a fault of the app"
        assert client.session != old
        refused(await client.resume(old), DeskRefusal.SESSION_OVER)

    run(test)


def test_another_agent_may_have_the_desk_after_the_first_left() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        assert isinstance(await client.do(wire.LogOut()), Done)
        assert client.state.seat is None
        assert client.state.queues == ()
        assert await client.snapshot() == wire.DeskSnapshot(on.now, dispositions=CHOICES)
        refused(await client.resume(), DeskRefusal.SESSION_OVER)
        assert isinstance(await client.log_in(B), LoggedIn)
        assert on.core.of(AgentOffline) == [AgentOffline(A)]

    run(test)


def test_the_voice_may_be_a_desk_phone() -> None:
    async def test(on: Rig) -> None:
        client = await on.desk(contact="phone:front-1")
        assert isinstance(await client.log_in(A), LoggedIn)
        assert on.core.of(AgentOnline)[0].contact == "phone:front-1"
        assert [state.desk_phone for state in on.links.states()] == ["front-1"]
        client.contact = "127.0.0.1:5062"  # another phone address, by the app's settings
        assert isinstance(await client.resume(), LoggedIn)
        assert on.core.of(AgentOnline)[1].contact == "127.0.0.1:5062"
        assert [state.desk_phone for state in on.links.states()] == [None]

    run(test)


def test_not_by_any_desk_phone() -> None:
    async def test(on: Rig) -> None:
        client = await on.desk("desk-02", contact="phone:nobody")
        assert refused(await client.log_in(A), DeskRefusal.NO_SUCH_PHONE).text == "nobody"
        client.contact = "phone:front-1"
        assert refused(await client.log_in(A), DeskRefusal.NO_SUCH_PHONE).text == "front-1", "desk-01's"
        refused(await client.log_in(A, "wrong"), DeskRefusal.WRONG_PASSWORD)  # a failed log-in reveals nothing
        client.contact = "phone:any-1"
        assert isinstance(await client.log_in(A), LoggedIn)
        on.phones.remove_phone(PhoneName("any-1"), "operator")
        refused(await client.resume(), DeskRefusal.NO_SUCH_PHONE)

    run(test)


def test_two_agents_do_not_share_a_desk_phone() -> None:
    async def test(on: Rig) -> None:
        first = await on.desk(contact="phone:any-1")
        assert isinstance(await first.log_in(A), LoggedIn)
        second = await on.desk("desk-02", contact="phone:any-1")
        assert refused(await second.log_in(B), DeskRefusal.PHONE_TAKEN).text == "desk-01"
        refused(await second.log_in(A), DeskRefusal.ALREADY_LOGGED_IN)
        assert isinstance(await second.log_in(A, take_over=True), LoggedIn), "their own"

    run(test)


def test_nobody_logs_out_in_a_call() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.give(A, call())
        refused(await client.do(wire.LogOut()), DeskRefusal.IN_CALL)

    run(test)


# --- sessions ---


def test_resume_after_a_reconnect() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.seat(A, SeatState.OPEN)
        client.cut()
        assert await on.core.wait(DeskDown) == DeskDown(A)
        await on.core.wait(AgentOnline, 2)
        await client.until(lambda: client.state.seat is not None and client.state.seat.state is SeatState.OPEN)
        assert await client.snapshot() == client.state

    run(test)


def test_a_phone_that_moved_is_resumed_with_in_the_same_session_of_the_link() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.seat(A, SeatState.OPEN)
        client.contact = "127.0.0.3:5070"
        await client.resume()
        assert (await on.core.wait(AgentOnline, 2)).contact == "127.0.0.3:5070"
        assert client.state.seat is not None
        assert (client.state.seat.state, client.sessions) == (SeatState.OPEN, 1)

    run(test)


def test_resume_after_a_restart_of_the_switch() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.give(A, call())
        await client.until(lambda: client.state.call is not None)
        await on.restart()
        await client.until(lambda: client.state.seat is not None and client.state.call is None)
        assert await on.core.wait(AgentOnline) == AgentOnline(
            A, "agent 1001", DeskId("desk-01"), client.contact, Role.AGENT, {"zh": 2}
        )

    run(test)


def test_who_resumes_after_a_restart_has_the_lock_from_before_and_who_logs_in_has_not() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.book.locks[A] = LockReason.LUNCH
        await on.restart()
        await client.until(lambda: client.sessions == 2)
        assert (await on.core.wait(AgentOnline)).lock is LockReason.LUNCH
        await client.do(wire.LogOut())
        assert isinstance(await client.log_in(A, RIGHT), LoggedIn)
        assert on.core.of(AgentOnline)[-1].lock is None

    run(test)


def test_a_session_opens_nothing_elsewhere_or_later() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        thief = await on.desk("desk-02")
        refused(await thief.resume(client.session), DeskRefusal.SESSION_OVER)
        refused(await thief.resume("x" * 128), DeskRefusal.SESSION_OVER)
        on.now += 23 * 3600
        assert isinstance(await client.resume(), LoggedIn)
        on.now += 23 * 3600
        assert isinstance(await client.resume(), LoggedIn), "its time began anew"
        on.now += 25 * 3600
        session = client.session
        refused(await client.resume(), DeskRefusal.SESSION_OVER)
        assert session not in repr(on.book.sessions)

    run(test)


def test_a_session_of_a_disabled_agent_is_over() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.book.put_agent(agent(A, disabled=True), "operator")
        refused(await client.resume(), DeskRefusal.SESSION_OVER)
        on.book.remove_agent(A, "operator")
        refused(await client.resume("gone"), DeskRefusal.SESSION_OVER)

    run(test)


def test_a_newer_session_of_the_same_desk_displaces_the_older_link() -> None:
    """The app was killed and has restarted before the switch noticed."""

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        again = await on.desk("desk-01")
        again.session, client.session = client.session, ""
        await again.until(lambda: again.state.seat is not None)
        await client.until(lambda: client.ended)
        assert client.ended[0][0] is RejectCode.DISPLACED
        kinds = [type(event) for event in on.core.events]
        assert kinds[:3] == [AgentOnline, DeskDown, AgentOnline]

    run(test)


# --- the operator ---


def test_the_operator_logs_somebody_out() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        assert on.links.log_out(A, "wang")
        await client.until(lambda: client.reports)
        assert client.reports == [wire.LoggedOut("operator")]
        assert await on.core.wait(AgentOffline) == AgentOffline(A, "operator")
        assert [audit.actor for audit in on.said("agent_logged_out")] == ["wang"]
        assert not on.links.log_out(A, "wang")
        assert not on.links.log_out(AgentId("nobody"), "wang")
        refused(await client.do(wire.OpenSeat()), DeskRefusal.NOT_LOGGED_IN)
        assert on.book.sessions == {}

    run(test)


def test_the_operator_logs_out_an_agent_whose_link_is_down() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await client.stop()
        await on.core.wait(DeskDown)
        assert on.links.log_out(A, "wang", "removed")
        assert await on.core.wait(AgentOffline) == AgentOffline(A, "removed")
        assert on.book.sessions == {}

    run(test)


# --- passwords ---


def test_the_core_logs_out_an_agent_whose_link_is_down() -> None:
    """After a long absence, or by a supervisor: the session can't be resumed any more."""

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        old = client.session
        await client.stop()
        await on.core.wait(DeskDown)
        on.core.post(AgentOffline(A, "link_lost"))
        await on.core.wait(AgentOffline)
        other = await on.desk("desk-01")
        refused(await other.resume(old), DeskRefusal.SESSION_OVER)
        assert isinstance(await other.log_in(A), LoggedIn)
        assert [online.anew for online in on.core.of(AgentOnline)] == [True, True]
        await other.resume()
        assert on.core.of(AgentOnline)[-1].anew is False

    run(test)


def test_a_password_is_changed() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        new = "correct horse"
        refused(await client.do(wire.ChangePassword("wrong", new)), DeskRefusal.WRONG_PASSWORD)
        for weak in ("short", RIGHT, ""):
            refused(await client.do(wire.ChangePassword(RIGHT, weak)), DeskRefusal.WEAK_PASSWORD)
        assert await client.do(wire.ChangePassword(RIGHT, new)) == Done()
        assert isinstance(await client.do(wire.LogOut()), Done)
        refused(await client.log_in(A, RIGHT), DeskRefusal.WRONG_PASSWORD)
        assert isinstance(await client.log_in(A, new), LoggedIn)
        assert new not in repr(on.audits)

    run(test)


def test_a_password_that_the_operator_set_meanwhile_stays() -> None:
    """The operator may have set it to shut out the person at the seat."""
    going, begun = threading.Event(), threading.Event()

    def slow(password: str) -> str:
        begun.set()
        assert going.wait(20)
        return fake_make(password)

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        asked = asyncio.create_task(client.do(wire.ChangePassword(RIGHT, "correct horse")))
        await until(begun.is_set)
        on.book.put_agent(agent(A, "of the operator"), "operator")
        going.set()
        refused(await asked, DeskRefusal.WRONG_PASSWORD)
        record = on.book.agent(A)
        assert record is not None
        assert record.password == fake_hash("of the operator")

    run(test, passwords=Passwords(fake_check, slow))
