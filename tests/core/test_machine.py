"""A stateful Hypothesis machine: events in any order, with the rules of ``tests.core.watch`` after each."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.core.chaos import ACTIONS, Chaos
from tests.core.chaos_floor import FloorChaos
from tests.core.hammer import hammer

PICK = st.integers(0, 255)


class AnyOrder(RuleBasedStateMachine):
    """One rule for each kind of event."""

    def __init__(self) -> None:
        super().__init__()
        self.chaos = Chaos()

    @initialize(beginning=st.integers(0, 255))
    def begin(self, beginning: int) -> None:
        self.chaos = Chaos(beginning)

    @invariant()
    def rules_hold(self) -> None:
        self.chaos.watch.check()
        self.chaos.watch.encodes()

    def teardown(self) -> None:
        self.chaos.finish()


def _rule(act: Callable[[Chaos, int], None]) -> Callable[..., None]:
    def step(self: AnyOrder, pick: int) -> None:
        act(self.chaos, pick)

    step.__name__ = act.__name__
    return rule(pick=PICK)(step)


for name, (_, act) in ACTIONS.items():
    setattr(AnyOrder, name, _rule(act))

TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=40, stateful_step_count=30, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_sequences() -> None:
    tally = hammer(150)
    assert tally.sequences >= 1
    assert tally.orders > 0
    assert tally.talks > 0


def test_sequences_of_buttons() -> None:
    """Five seats, eight callers, and every button of the soft phone and of the supervisor's desk."""
    tally = hammer(100, world=FloorChaos)
    assert tally.talks > 100


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_more_sequences() -> None:
    """A few sequences; ``python -m tests.core.hammer`` runs 100,000."""
    tally = hammer(1_500, first=2)
    assert tally.orders > 50
    assert tally.talks > 200


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_more_sequences_of_buttons() -> None:
    tally = hammer(1_000, first=2, world=FloorChaos)
    assert tally.talks > 2_000
