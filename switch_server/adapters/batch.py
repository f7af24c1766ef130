"""One thread that writes what others queue, in groups and in order, so that the loop never waits for a disk."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


class BatchThread(Generic[T]):
    """Calls ``write(batch)`` in a thread of its own with up to ``largest`` items, oldest first.

    ``write`` returns the items that it could not write (disk full, file locked); they stay in front of the queue, in order, and are
    tried again after ``retry`` seconds, or with ``eager`` as soon as something new is queued. ``gather`` is how long (seconds) the
    thread lets items come together before it writes. A ``write`` that raises is our bug: logged, counted in ``faults``, its batch
    dropped, since a thread that dies would lose everything after it too.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[list[T]], list[T]],
        *,
        gather: float = 0.0,
        largest: int = 1000,
        retry: float = 0.25,
        eager: bool = False,
    ) -> None:
        self._write = write
        self._gather, self._largest, self._retry, self._eager = gather, largest, retry, eager
        self._queue: deque[T] = deque()
        self._changed = threading.Condition()
        self._put = self._done = 0
        self._stopping = self._hurry = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.faults = 0

    def start(self) -> None:
        self._thread.start()

    def put(self, item: T) -> None:
        """From any thread; never waits for a disk."""
        with self._changed:
            self._queue.append(item)
            self._put += 1
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """Items put and not yet written."""
        return self._put - self._done

    def flush(self, seconds: float) -> bool:
        """Waits until all that was put before now is written; ``False`` if that took longer than ``seconds``."""
        with self._changed:
            target = self._put
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._done >= target, seconds)

    def stop(self, seconds: float) -> int:
        """Writes what is queued, ends the thread, and returns how many items could not be written in ``seconds``."""
        if self._thread.is_alive():
            self.flush(seconds)
            with self._changed:
                self._stopping = True
                self._changed.notify_all()
            self._thread.join(seconds)
        return self.waiting

    def _run(self) -> None:
        while batch := self._next():
            try:
                kept = self._write(batch)
            except Exception:
                log.exception("%s: a batch of %d was dropped", self._thread.name, len(batch))
                self.faults += 1
                kept = []
            with self._changed:
                self._queue.extendleft(reversed(kept))
                self._done += len(batch) - len(kept)
                self._changed.notify_all()
                if kept:
                    self._wait_to_retry()

    def _next(self) -> list[T]:
        """The next batch; empty when the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            if self._stopping:
                return []
            if self._gather and not self._hurry:
                self._changed.wait_for(lambda: self._stopping or self._hurry, self._gather)
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._largest))]
            if not self._queue:
                self._hurry = False
            return batch

    def _wait_to_retry(self) -> None:
        put = self._put
        end = time.monotonic() + self._retry
        self._changed.wait_for(
            lambda: self._stopping or (self._eager and self._put > put) or time.monotonic() >= end, self._retry
        )
