"""The admission of calls to this desk, and the life of each call. Pure: time is an argument.

A call (PJSIP's number) whose token is not known yet is held for ``HOLD_S`` (100 Trying goes out), then refused. A call with a known token rings;
one call may ring and one may be up. Each method of ``CallAdmission`` takes an event and returns the actions to be done, in order:

    invite   known: Respond 180, PostEvent Ringing (auto: Respond 200, too); without a token, or held too long: Terminate 403, PostEvent stranger;
             another call rings: Terminate 486
    expect   as invite, for held calls
    answer   Respond 200, as soon as no other call is up
    end      Terminate 603 (BYE if the call is up)
    forget   Terminate 480 (BYE if the call is up)
    up       PostEvent CallUp
    gone     PostEvent CallOver
"""

from enum import Enum, auto

from msgspec import Struct

from agent_app.model.sound.phone_messages import CallOver, CallUp, Expect, PhoneEvent, PhoneProblem, Ringing
from shared.ids import LegId

HOLD_S = 3.0
HELD = 2
"""The most calls without a known token that may wait; PJSIP has four slots, and the desk's own calls need two."""
EXPECTED = 32
"""Announced legs kept; more than a desk can have, so that a faulty switch can't fill the memory."""
RINGING, OK, FORBIDDEN, UNAVAILABLE, BUSY, DECLINE = 180, 200, 403, 480, 486, 603


class Respond(Struct, frozen=True):
    """A response that keeps the call: 180 or 200."""

    call: int
    code: int


class Terminate(Struct, frozen=True):
    """Ends the call: by BYE if the call is up, else by this final response."""

    call: int
    code: int


class PostEvent(Struct, frozen=True):
    """Sends the event to the window."""

    event: PhoneEvent


AdmissionAction = Respond | Terminate | PostEvent


class Phase(Enum):
    RINGING = auto()
    ANSWERING = auto()
    UP = auto()


class AdmittedCall:
    """A call whose token was known."""

    def __init__(self, leg: LegId) -> None:
        self.leg = leg
        self.phase = Phase.RINGING
        self.wants_answer = False
        self.ended_by_us = False


class CallAdmission:
    def __init__(self) -> None:
        self._expected: dict[str, Expect] = {}
        self._held: dict[int, tuple[str, float]] = {}
        self._admitted: dict[int, AdmittedCall] = {}

    # --- state ---

    @property
    def ringing(self) -> bool:
        """A call rings, and its answer has not been ordered yet."""
        return any(v.phase is Phase.RINGING and not v.wants_answer for v in self._admitted.values())

    @property
    def talking(self) -> int | None:
        """The call that is up or was answered."""
        return next((call for call, v in self._admitted.items() if v.phase is not Phase.RINGING), None)

    @property
    def empty(self) -> bool:
        return not self._admitted and not self._held

    def up_now(self, call: int) -> bool:
        return call in self._admitted and self._admitted[call].phase is Phase.UP

    def leg(self, call: int) -> LegId | None:
        admitted = self._admitted.get(call)
        return admitted.leg if admitted else None

    # --- events ---

    def invite(self, call: int, token: str, now: float) -> list[AdmissionAction]:
        """An INVITE has come; ``token`` is ``""`` without the header."""
        expected = self._expected.get(token) if token else None
        if expected is not None:
            return self._let_in(call, expected)
        if not token:
            return self._refuse(call)
        self._held[call] = (token, now + HOLD_S)
        if len(self._held) <= HELD:
            return []
        oldest = next(iter(self._held))  # many unknown calls: the newest may be announced in a moment
        del self._held[oldest]
        return self._refuse(oldest)

    def expect(self, expected: Expect) -> list[AdmissionAction]:
        if any(admitted.leg == expected.leg for admitted in self._admitted.values()):
            return []  # announced again after a reconnect: the call is already admitted
        self.forget_token(expected.leg)
        self._expected[expected.token] = expected
        while len(self._expected) > EXPECTED:
            del self._expected[next(iter(self._expected))]
        acts: list[AdmissionAction] = []
        for call in [call for call, (token, _) in self._held.items() if token == expected.token]:
            del self._held[call]
            acts += self.invite(call, expected.token, 0.0)
        return acts

    def forget_token(self, leg: LegId) -> None:
        self._expected = {token: e for token, e in self._expected.items() if e.leg != leg}

    def forget(self, leg: LegId) -> list[AdmissionAction]:
        self.forget_token(leg)
        return self._end(leg, UNAVAILABLE)

    def end(self, leg: LegId) -> list[AdmissionAction]:
        return self._end(leg, DECLINE)

    def answer(self, leg: LegId) -> list[AdmissionAction]:
        for admitted in self._admitted.values():
            if admitted.leg == leg and admitted.phase is Phase.RINGING:
                admitted.wants_answer = True
        return self._answer_next()

    def up(self, call: int) -> list[AdmissionAction]:
        """The ACK has come."""
        admitted = self._admitted.get(call)
        if admitted is None or admitted.phase is Phase.UP:
            return []
        admitted.phase = Phase.UP
        return [PostEvent(CallUp(admitted.leg))]

    def gone(self, call: int, code: int) -> list[AdmissionAction]:
        self._held.pop(call, None)
        admitted = self._admitted.pop(call, None)
        if admitted is None:
            return []
        if admitted.phase is Phase.UP and admitted.ended_by_us:
            code = OK  # ended by this side's BYE; PJSIP reports the code given to ``hangup``
        return [PostEvent(CallOver(admitted.leg, code, admitted.ended_by_us)), *self._answer_next()]

    def tick(self, now: float) -> list[AdmissionAction]:
        """Refuses calls that were held for ``HOLD_S``."""
        late = [call for call, (_, until) in self._held.items() if now >= until]
        acts: list[AdmissionAction] = []
        for call in late:
            del self._held[call]
            acts += self._refuse(call)
        return acts

    def close(self) -> list[AdmissionAction]:
        """Ends all calls, since the window's process has ended."""
        acts: list[AdmissionAction] = [Terminate(call, FORBIDDEN) for call in self._held]
        for leg in [admitted.leg for admitted in self._admitted.values()]:
            acts += self._end(leg, UNAVAILABLE)
        self._expected.clear()
        return acts

    # --- steps ---

    def _refuse(self, call: int) -> list[AdmissionAction]:
        return [
            Terminate(call, FORBIDDEN),
            PostEvent(PhoneProblem("stranger", "an INVITE without a token that was announced")),
        ]

    def _let_in(self, call: int, expected: Expect) -> list[AdmissionAction]:
        if any(admitted.phase is Phase.RINGING for admitted in self._admitted.values()):
            return [Terminate(call, BUSY), PostEvent(PhoneProblem("busy", f"{expected.leg}: another call rings"))]
        del self._expected[expected.token]  # a token is good for one call
        admitted = self._admitted[call] = AdmittedCall(expected.leg)
        admitted.wants_answer = expected.auto
        return [Respond(call, RINGING), PostEvent(Ringing(expected.leg)), *self._answer_next()]

    def _answer_next(self) -> list[AdmissionAction]:
        if self.talking is not None:
            return []
        for call, admitted in self._admitted.items():
            if admitted.wants_answer and admitted.phase is Phase.RINGING:
                admitted.phase = Phase.ANSWERING
                return [Respond(call, OK)]
        return []

    def _end(self, leg: LegId, code: int) -> list[AdmissionAction]:
        acts: list[AdmissionAction] = []
        for call, admitted in self._admitted.items():
            if admitted.leg == leg and not admitted.ended_by_us:
                admitted.ended_by_us = True
                acts.append(Terminate(call, code))
        return acts
