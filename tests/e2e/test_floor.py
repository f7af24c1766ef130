"""A supervisor's desk at the whole switch: a call goes by on the board, is counted, and is counted the same after a restart."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent_app.model.floor.mirror import FloorMirror
from shared import desk as wire
from shared.enums import SeatState
from shared.floor import FloorChanged, FloorSnapshot, MessageSent, SendMessage, SetSkills, Watch, WatchFloor
from tests.agent_app.floor.test_floor import tables
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, wrap_up
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE, queues

pytestmark = pytest.mark.slow


@pytest.fixture
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(
        tmp_path_factory.mktemp("centre"), branches=(), flows={"agents": FLOWS["agents"]}, change=queues
    ) as made:
        yield made


class Board:
    """What a supervisor's window would show."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.mirror = FloorMirror()
        self._read = 0
        reply = desk.do(WatchFloor(Watch.FLOOR))
        assert isinstance(reply, FloorSnapshot), reply
        self.mirror.take(reply)

    def rows(self, table: str) -> dict[str, Any]:
        for report in self.desk.client.reports[self._read :]:
            if isinstance(report, FloorChanged):
                self.mirror.told(report)
        self._read = len(self.desk.client.reports)
        return dict(tables(self.mirror.view)[table])

    def until(self, table: str, key: str, **fields: object) -> Any:
        def holds() -> bool:
            row = self.rows(table).get(key)
            return row is not None and all(getattr(row, name) == value for name, value in fields.items())

        self.desk.until(holds)
        return self.rows(table)[key]


def test_a_call_goes_by_and_is_counted(centre: Centre) -> None:
    chief, agent = (each.agent for each in centre.demo.world.agents[:2])
    centre.ctl("agent", "change", chief, "--role", "supervisor", "--group", "east")
    centre.ctl("agent", "change", agent, "--group", "east")
    with Desk(centre, 0) as above, Desk(centre, 1) as below:
        board = Board(above)
        assert set(board.rows("seats")) == {chief, agent}
        board.until("seats", agent, state=SeatState.LOCKED, reason="logged_in")
        with Phone(centre, QUEUE) as phone:
            board.until("queues", "agents", waiting=1, offered=1, staffed=2)
            board.until("waiting", phone.call, number=phone.ani, queue="agents", ringing=False)
            assert sum(line.used for line in board.rows("lines").values() if line.kind == "trunk") == 1
            below.done(wire.OpenSeat())
            below.answer()
            seat = board.until("seats", agent, state=SeatState.TALKING)
            assert (seat.number, seat.call, seat.queue, seat.calls_today) == (phone.ani, phone.call, "agents", 1)
            board.until("queues", "agents", waiting=0, oldest=None, answered=1, in_time=1)
            assert board.rows("waiting") == {}
            assert above.do(SendMessage("打得好")) == MessageSent((agent,))
            below.until(lambda: any(isinstance(r, wire.Notice) and r.text == "打得好" for r in below.client.reports))
            assert above.do(SetSkills(agent, {"zh": 5})) == wire.Done()
            board.until("seats", agent, skills={"zh": 5})
            below.put_down()
            phone.hung_up_on()
        wrap_up(below, phone.call)
        board.until("seats", agent, state=SeatState.OPEN, number="", call=None)
        with Phone(centre, QUEUE) as phone:
            below.rings()
            phone.hang_up()
        board.until("queues", "agents", offered=2, answered=1, abandoned=1)
    audits = centre.rows("audit")
    assert {(row["actor"], row["action"], row["subject"]) for row in audits} >= {(chief, "message_sent", agent)}
    centre.switch.stop()
    centre.start_switch()
    with Desk(centre, 0) as above:
        row = Board(above).rows("queues")["agents"]
        assert (row.offered, row.answered, row.in_time, row.abandoned) == (2, 1, 1, 1)
