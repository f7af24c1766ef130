"""Work in a thread of its own while a ``with`` block lasts."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Background(ABC):
    """``work`` runs in the thread until ``over`` is set; the end of the block sets it, and waits for ``work`` to return."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self._thread = threading.Thread(target=self.work, daemon=True)

    @abstractmethod
    def work(self) -> None: ...

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()
