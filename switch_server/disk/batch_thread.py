"""One thread that writes the items that other threads queue, in groups and in order, so that the event loop never waits for a disk."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar, cast

from msgspec import Struct

log = logging.getLogger(__name__)
T = TypeVar("T")


class _Between(Struct, frozen=True):
    """Work for the moment at which all items queued before it are written and no later item is."""

    work: Callable[[], None]


class BatchThread(Generic[T]):
    """Calls ``write(batch)`` in a thread of its own with up to ``largest`` items, oldest first.

    ``write`` returns the items that it could not write (disk full, file locked); they stay in front of the queue, in order, and are
    tried again after ``retry`` seconds, or with ``eager`` as soon as a new item is queued. ``gather``: how long (seconds) the
    thread lets items come together before it writes. ``size`` gives an item's bytes: an item that would raise the sum in memory above
    ``most`` is not taken. A ``write`` that raises is our bug: logged, counted in ``faults``, its batch dropped, since the end of the
    thread would lose all later items too.
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
        size: Callable[[T], int] = lambda _item: 0,
        most: int = sys.maxsize,
    ) -> None:
        self._write, self._size, self._most = write, size, most
        self._gather, self._largest, self._retry, self._eager = gather, largest, retry, eager
        self._queue: deque[T | _Between] = deque()
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        """For the thread: an item for the idle thread, or a flush or stop."""
        self._progress = threading.Condition(self._lock)
        """For those who flush."""
        self._idle = False
        """The thread waits for an item. Otherwise it is not woken for one: each wake costs more than the item."""
        self._put = self._done = self._bytes = 0
        self._stopping = self._hurry = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.faults = self.lost = 0
        """``faults``: batches dropped because of our bugs. ``lost``: items that were not taken."""

    def start(self) -> None:
        self._thread.start()

    def put(self, item: T) -> bool:
        """From any thread; never waits for a disk. ``False``: too many bytes wait, the item is lost (and counted)."""
        size = self._size(item)
        with self._lock:
            if self._bytes + size > self._most:
                self.lost += 1
                return False
            self._bytes += size
            self._queue.append(item)
            self._put += 1
            if self._idle:
                self._wake()
            return True

    def between(self, work: Callable[[], None]) -> None:
        """From any thread: calls ``work`` in this object's thread once all items put before are written, and before any later item is."""
        with self._lock:
            self._queue.append(_Between(work))
            self._put += 1
            if self._idle:
                self._wake()

    def _wake(self) -> None:
        self._idle = False
        self._changed.notify()

    @property
    def waiting(self) -> int:
        """The number of items that are put and not written yet."""
        return self._put - self._done

    @property
    def waiting_bytes(self) -> int:
        """The bytes of these items, by ``size``."""
        return self._bytes

    def hurry(self) -> None:
        """The items put before are written without a further wait."""
        with self._lock:
            self._hurry = True
            self._changed.notify()

    def flush(self, seconds: float | None) -> bool:
        """Waits until all items put before are written; ``False`` if that took longer than ``seconds`` (``None``: no limit)."""
        with self._lock:
            target = self._put
            self._hurry = True
            self._changed.notify()
            return self._progress.wait_for(lambda: self._done >= target, seconds)

    def stop(self, seconds: float | None) -> int:
        """Writes the queue, ends the thread, and returns how many items could not be written in ``seconds`` (``None``: no limit)."""
        if self._thread.is_alive():
            self.flush(seconds)
            with self._lock:
                self._stopping = True
                self._changed.notify()
            self._thread.join(seconds)
        return self.waiting

    def _run(self) -> None:
        while batch := self._next():
            kept = self._written(batch)
            with self._lock:
                self._queue.extendleft(reversed(kept))
                self._done += len(batch) - len(kept)
                self._bytes += self._sum(kept) - self._sum(batch)
                self._progress.notify_all()
                if kept:
                    self._wait_to_retry()

    def _written(self, batch: list[T | _Between]) -> list[T]:
        try:
            if isinstance(batch[0], _Between):
                batch[0].work()
                return []
            return self._write(cast("list[T]", batch))
        except Exception:
            log.exception("%s: a batch of %d was dropped", self._thread.name, len(batch))
            self.faults += 1
            return []

    def _sum(self, items: Iterable[T | _Between]) -> int:
        return sum(self._size(item) for item in items if not isinstance(item, _Between))

    def _next(self) -> list[T | _Between]:
        """The next batch; empty when the thread must end."""
        with self._lock:
            while not (self._queue or self._stopping):
                self._idle = True
                self._changed.wait()
            self._idle = False
            if self._stopping:
                return []
            if self._gather and not self._hurry:
                self._changed.wait_for(lambda: self._stopping or self._hurry, self._gather)
            batch = self._first()
            if not self._queue:
                self._hurry = False
            return batch

    def _first(self) -> list[T | _Between]:
        """Work of ``between`` is a batch of its own."""
        batch = [self._queue.popleft()]
        while self._queue and len(batch) < self._largest and not isinstance(batch[0], _Between):
            if isinstance(self._queue[0], _Between):
                break
            batch.append(self._queue.popleft())
        return batch

    def _wait_to_retry(self) -> None:
        put = self._put
        self._idle = self._eager
        self._changed.wait_for(lambda: self._stopping or (self._eager and self._put > put), self._retry)
        self._idle = False
