"""Load on the floor: more SIPp callers than the seats can take, agents who press random buttons, and an open supervisor's board.

No call is lost: each call has ended, each seat is free, and each count is the same on the board, in the report, in the records and at SIPp.
"""

import itertools
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import desk as wire
from shared.desk import Done, Refused, ToQueue, ToSeat
from shared.enums import SeatState
from shared.ids import AgentId, QueueName
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, desks
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.e2e.test_floor import Board
from tests.sip_tools import Sipp

pytestmark = pytest.mark.slow
SEATS, PATIENT, IMPATIENT = 4, 40, 30
RATE = 3.0
"""Calls a second of each kind."""
PATIENCE_S = 4.0
"""Seconds that impatient callers wait, from the answer by the queue. The others wait until they have talked to an agent."""
SEED = 20261127


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    flows = {"agents": FLOWS["agents"]}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=queues, agents=SEATS + 1) as made:
        made.ctl("agent", "change", made.demo.world.agents[SEATS].agent, "--role", "manager")
        yield made


class Agent(threading.Thread):
    """Answers calls, and presses random allowed buttons. A late command may be refused as such; any other refusal is a fault."""

    def __init__(self, desk: Desk, colleagues: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.desk, self.colleagues = desk, colleagues
        self.dice = random.Random(seed)
        self.over = threading.Event()
        self.pressed: dict[str, int] = {}
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.wait(self.dice.uniform(0.1, 0.6)):
                self._look()
        except BaseException as fault:
            self.fault = fault

    def _look(self) -> None:
        seat, call = self.desk.state.seat, self.desk.state.call
        assert seat is not None
        if seat.state is SeatState.LOCKED and call is None:
            self._press(wire.OpenSeat())
        elif seat.state is SeatState.WRAP_UP and seat.wrap_up_call is not None:
            self._press(wire.WrapUp(seat.wrap_up_call, "enquiry"))
        elif seat.state is SeatState.RINGING:
            self.desk.phone.lift()
        elif call is not None:
            self._press(self.dice.choice(self._buttons(seat.state, call)))

    def _buttons(self, state: SeatState, shown: wire.DeskCall) -> list[wire.Command]:
        call, up = shown.call, wire.HangUp(shown.call, shown.hanging_up)
        match state:
            case SeatState.TALKING:
                asked = ToSeat(AgentId(self.dice.choice(self.colleagues)))
                return [
                    up,
                    up,
                    wire.Hold(call),
                    wire.Consult(call, asked),
                    wire.Consult(call, ToQueue(QueueName("quick"))),
                ]
            case SeatState.HOLDING:
                return [wire.Retrieve(call)]
            case SeatState.CONSULTING:
                return [wire.Return(call), wire.Swap(call), wire.Join(call), up]
            case SeatState.CONFERENCE:
                return [up]
            case _:
                return [up]

    def _press(self, command: wire.Command) -> None:
        reply = self.desk.do(command)
        assert isinstance(reply, Done | Refused), (command, reply)
        name = f"{type(command).__name__}{' refused' if isinstance(reply, Refused) else ''}"
        self.pressed[name] = self.pressed.get(name, 0) + 1


@pytest.mark.timeout(240)
def test_nobody_is_lost_in_a_crowd(centre: Centre, tmp_path: Path) -> None:
    with desks(centre, SEATS) as seats, Desk(centre, SEATS) as above:
        board = Board(above)
        names = [desk.agent for desk in seats]
        agents = [
            Agent(desk, [name for name in names if name != desk.agent], SEED + place)
            for place, desk in enumerate(seats)
        ]
        for agent in agents:
            agent.start()
        begun = time.monotonic()
        with (
            Sipp(centre.sip, "caller_waits", _folder(tmp_path, "patient"), number=QUEUE, calls=PATIENT, rate=RATE, seconds=180) as patient,
            Sipp(
                centre.sip, "caller_waits", _folder(tmp_path, "impatient"), number=QUEUE, calls=IMPATIENT, rate=RATE, seconds=180,
                extra=("-recv_timeout", str(round(PATIENCE_S * 1000))),
            ) as impatient,
        ):  # fmt: skip
            board.until("queues", "agents", staffed=SEATS + 1)
            above.until(lambda: board.rows("queues")["agents"].waiting > SEATS)
            for sipp in (impatient, patient):
                sipp.run()
        print(f"{time.monotonic() - begun:.0f} s; pressed: {[agent.pressed for agent in agents]}")
        for agent in agents:
            agent.over.set()
            agent.join(60)
            assert agent.fault is None, agent.fault
        assert {name for agent in agents for name in agent.pressed} >= {"HangUp", "Hold", "Retrieve", "Consult"}
        everybody_is_home(centre, board, above)
        counted(centre, board)
    never_two_at_once(centre)


def _folder(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


def everybody_is_home(centre: Centre, board: Board, above: Desk) -> None:
    above.until(
        lambda: (
            not board.rows("waiting")
            and all(row.call is None for row in board.rows("seats").values())
            and all(not line.used for line in board.rows("lines").values())
        )
    )
    centre.until(lambda: all(row["ended_at"] for row in centre.rows("calls")))
    calls = [row for row in centre.rows("calls") if row["dnis"] == QUEUE]
    assert len(calls) == PATIENT + IMPATIENT
    assert {row["cause"] for row in calls} <= {"caller_hung_up", "agent_hung_up", "abandoned"}, sorted(
        row["cause"] for row in calls
    )


def counted(centre: Centre, board: Board) -> None:
    """Checks that each call is counted once on the board, in the report and in the records."""
    row = board.rows("queues")["agents"]
    assert (row.offered, row.answered + row.abandoned) == (PATIENT + IMPATIENT, PATIENT + IMPATIENT), row
    (line,) = [each for each in centre.ctl("report", "queues")["rows"] if each["key"] == "agents"]
    assert (line["offered"], line["answered"], line["abandoned"]) == (row.offered, row.answered, row.abandoned)
    talked = {talk["call"] for talk in centre.rows("talks") if talk["outcome"] == "answered"}
    assert len(talked) == row.answered >= PATIENT


def never_two_at_once(centre: Centre) -> None:
    """Checks that no seat had two talks at the same time."""
    for agent in {talk["agent"] for talk in centre.rows("talks")}:
        times = sorted(
            (talk["answered_at"], talk["ended_at"])
            for talk in centre.rows("talks")
            if talk["agent"] == agent and talk["answered_at"]
        )
        for (_, ended), (answered, _) in itertools.pairwise(times):
            assert answered >= ended, agent
