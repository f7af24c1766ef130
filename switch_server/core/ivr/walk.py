"""What every part of the walk needs: where it is, what it says, what it listens to."""

from abc import ABC, abstractmethod
from collections import deque
from typing import Any

from shared.enums import Language
from switch_server.core.flow import AnyStep, Flow, Piece
from switch_server.core.ivr.entry import Key
from switch_server.core.ivr.states import HEEDS, Host, IvrEvent, IvrState


class Walk(ABC):
    """State of one walk. ``variables`` is shared with the call; a PIN in it is a ``Secret``."""

    def __init__(self, flow: Flow, host: Host, variables: dict[str, Any]) -> None:
        self.flow = flow
        self.host = host
        self.variables = variables
        self.language: Language = flow.language
        self.state = IvrState.IDLE
        self.step_name = ""
        self.play_number = 0
        self._playing = False
        self._keys: deque[Key] = deque()
        self._steps_run = 0

    @abstractmethod
    def _go(self, name: str, event: str) -> None:
        """Enters another step."""

    # --- speaking ---

    def _say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None:
        """Plays; ``muted`` where a waiting key would cut it short at once. All else is the same then, so that a replay agrees."""
        self.play_number += 1
        self._playing = True
        muted = barge_in and bool(self._keys)
        self.host.play(pieces, self.play_number, barge_in=barge_in, loop=loop, muted=muted)

    def _silence(self) -> None:
        self._playing = False
        self.play_number += 1
        self.host.stop_play()

    # --- small things ---

    def _step(self) -> AnyStep | None:
        return self.flow.steps.get(self.step_name)

    def _heeds(self, event: IvrEvent) -> bool:
        return event in HEEDS[self.state]

    def _where(self) -> str:
        return f"{self.state.value} {self.step_name}".rstrip()

    def _become(self, state: IvrState, event: str) -> None:
        old = self._where()
        self.state = state
        self.host.moved(old, event, self._where())
