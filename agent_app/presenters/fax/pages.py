"""Fetches pages as PNG from the switch, in parts, one page at a time."""

from collections.abc import Callable

from msgspec.structs import replace

from agent_app.model.desk.problems import NoAnswer
from agent_app.model.fax.view import PagesView
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import QUESTION_S, Requests, SentRequest
from shared.desk import Refused, Request
from shared.desk_fax import PagePart

KEPT = 24
"""Pictures of one document that are kept; a page seen long ago is fetched again."""
LARGEST = 8 * 1024 * 1024
"""Bytes. A larger picture is a fault of the switch."""
Question = Callable[[int, int], Request]
"""The request for a part of a page: page, offset."""


def problem_of(why: Failed | Refused) -> str:
    """The code for the agent: of the fax's own refusals the ``FaxProblem``, and the document's fault behind it."""
    return why.text if isinstance(why, Refused) and why.code == "fax_refused" and why.text else str(why.code)


class PageFetcher:
    """The pages of one document after the other. ``show`` is called with each new state; ``begin`` drops what is being fetched."""

    def __init__(self, requests: Requests, show: Callable[[PagesView], None]) -> None:
        self._requests, self._show = requests, show
        self.view = PagesView()
        self._question: Question | None = None
        self._sent: SentRequest | None = None
        self._waiting: list[int] = []

    def begin(self, name: str, pages: int, question: Question) -> None:
        """Fetches the first page."""
        self.drop()
        self._question = question
        self._put(PagesView(name, pages))
        self.want(0)

    def drop(self) -> None:
        if self._sent is not None:
            self._requests.drop_request(self._sent)
        self._question, self._sent, self._waiting = None, None, []
        self._put(PagesView())

    def want(self, page: int) -> None:
        """Fetches a page next, unless it is there or on its way."""
        view = self.view
        if not 0 <= page < view.pages or page in view.pictures or page == view.loading:
            return
        self._waiting = [page, *(each for each in self._waiting if each != page)]
        self._next()

    def want_all(self) -> None:
        self._waiting += [page for page in range(self.view.pages) if page not in (*self._waiting, self.view.loading)]
        self._next()

    def _next(self) -> None:
        if self.view.loading is not None:
            return
        self._waiting = [page for page in self._waiting if page not in self.view.pictures]
        if self._waiting:
            page = self._waiting.pop(0)
            self._put(replace(self.view, loading=page, problem=""))
            self._ask(page, [])

    def _ask(self, page: int, parts: list[bytes]) -> None:
        assert self._question is not None
        self._sent = self._requests.send(
            None, self._question(page, sum(map(len, parts))), PagePart, lambda part: self._came(page, part, parts),
            failed=self._failed, timeout=QUESTION_S,
        )  # fmt: skip

    def _came(self, page: int, part: PagePart, parts: list[bytes]) -> None:
        have = sum(map(len, parts)) + len(part.data)
        fits = have == part.offset + len(part.data) and have <= part.size <= LARGEST and part.page == page
        if not fits or (not part.data and have < part.size):
            self._failed(Failed(NoAnswer.BAD_REPLY))
            return
        parts.append(part.data)
        if have < part.size:
            self._ask(page, parts)
            return
        pictures = {**self.view.pictures, page: b"".join(parts)}
        while len(pictures) > max(KEPT, self.view.pages if self._waiting else 0):
            del pictures[next(iter(pictures))]
        self._put(replace(self.view, pictures=pictures, loading=None))
        self._next()

    def _failed(self, why: Failed | Refused) -> None:
        self._waiting = []
        self._put(replace(self.view, loading=None, problem=problem_of(why)))

    def _put(self, view: PagesView) -> None:
        self.view = view
        self._show(view)
