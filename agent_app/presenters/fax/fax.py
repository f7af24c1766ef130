"""``desk.fax``: the faxes of the desk. The document that is being made is in ``draft``."""

from collections.abc import Callable

from msgspec.structs import replace

from agent_app.model.desk.problems import LocalProblem
from agent_app.model.desk.view import Action
from agent_app.model.fax.view import (
    FaxSpec,
    FaxView,
    OpenFax,
    PagesView,
    Submission,
    row_of,
    with_row,
    without,
)
from agent_app.presenters.fax.draft import DraftPresenter
from agent_app.presenters.fax.pages import PageFetcher, problem_of
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import QUESTION_S, Requests
from agent_app.presenters.parts.view_draft import ViewDraft, settled
from shared.desk import Done, Notice, Refused, Report, Request
from shared.desk_fax import (
    AskFax,
    AskFaxes,
    AskFaxPage,
    CancelFax,
    FaxBox,
    FaxChanged,
    FaxGone,
    FaxList,
    FaxProblem,
    FaxRow,
    FaxShown,
    FileFax,
    ForwardFax,
    PagePart,
    RetryFax,
    TakeFax,
)
from shared.fax import FaxId, FaxState
from shared.ids import AgentId, CustomerId

KNOWN_MOST = 500
"""Rows kept of each list."""
THUMBNAILS_MOST = 100


class FaxPresenter:
    """``notify`` shows a notice at the desk: a fax has come, or one of the agent's has failed."""

    def __init__(self, draft: ViewDraft, requests: Requests, notify: Callable[[Notice], None]) -> None:
        self._draft, self._requests, self._notify = draft, requests, notify
        self._making = DraftPresenter(draft, requests)
        self._pages = PageFetcher(requests, self._show_pages)
        self._stale = True
        self._wanted: list[FaxId] = []
        self._thumbnail: FaxId | None = None

    @property
    def _view(self) -> FaxView:
        return self._draft.view.fax

    # --- actions: a document ---

    @settled
    def choose(self, spec: FaxSpec | None) -> None:
        """The choices in the window; the pages are made when they rest."""
        self._making.choose(spec)

    @settled
    def look(self, page: int) -> None:
        """Fetches a page of the document that is being made."""
        self._making.look(page)

    @settled
    def submit(self, how: Submission) -> None:
        """Sends the document whose pages are on the screen."""
        self._making.submit(how)

    # --- actions: faxes ---

    @settled
    def cancel(self, fax: FaxId) -> None:
        self._handle(CancelFax(fax))

    @settled
    def retry(self, fax: FaxId) -> None:
        self._handle(RetryFax(fax))

    @settled
    def take(self, fax: FaxId) -> None:
        self._handle(TakeFax(fax))

    @settled
    def file(self, fax: FaxId, customer: CustomerId) -> None:
        self._handle(FileFax(fax, customer))

    @settled
    def forward(self, fax: FaxId, *, agent: AgentId | None = None, group: str | None = None) -> None:
        if agent is None and not group:
            self._draft.problem(Action.HANDLE_FAX, LocalProblem.NO_TARGET)
        elif self._requests.may(Action.HANDLE_FAX):
            self._requests.send(Action.HANDLE_FAX, ForwardFax(fax, agent, group), Done, timeout=QUESTION_S)

    @settled
    def open(self, fax: FaxId) -> None:
        """Shows the fax in the viewer, with its first page."""
        if not self._requests.may(Action.OPEN_FAX):
            return
        self._put(open=OpenFax(fax, row_of(self._view, fax)))
        self._requests.drop(Action.OPEN_FAX)
        self._requests.send(
            Action.OPEN_FAX, AskFax(fax), FaxShown, self._opened, failed=self._not_opened, timeout=QUESTION_S
        )

    @settled
    def look_at(self, page: int) -> None:
        """Fetches a page of the opened fax."""
        self._pages.want(page)

    @settled
    def want_all(self) -> None:
        """Fetches all pages of the opened fax, to be printed."""
        opened = self._view.open
        if opened is not None:
            self._put(open=replace(opened, wanted_all=True))
            self._pages.want_all()

    @settled
    def close(self) -> None:
        self._pages.drop()
        self._put(open=None)

    @settled
    def more(self, box: FaxBox) -> None:
        """Fetches older rows."""
        rows = self._view.mine if box is FaxBox.MINE else self._view.inbox
        if rows and self._requests.may(Action.OPEN_FAX):
            self._ask(box, rows[-1].created)

    @settled
    def show_thumbnails(self, faxes: tuple[FaxId, ...]) -> None:
        """Fetches the thumbnails of these faxes, the first one first."""
        self._wanted = [fax for fax in faxes if fax not in self._view.thumbnails and fax != self._thumbnail]
        self._next_thumbnail()

    # --- events ---

    def follow(self) -> None:
        """Called after each change of the desk's state: fetches the lists once after a log-in or a gap, and goes on with an upload."""
        view = self._draft.view
        if view.needs_password or view.stale or not self._stale:
            return
        self._stale = False
        for box in FaxBox:
            self._ask(box, None)
        self._making.resume()

    def lost(self) -> None:
        """A session has begun, or reports were lost: the lists may be old."""
        self._stale = True

    def told(self, report: Report) -> None:
        if isinstance(report, FaxGone):
            self._put(inbox=without(self._view.inbox, report.fax))
        elif isinstance(report, FaxChanged):
            before = row_of(self._view, report.fax.fax)
            self._take(report.fax)
            self._tell(report, before)

    def tick(self, now: float) -> None:
        self._making.tick(now)

    def logged_out(self) -> None:
        self._stale, self._wanted, self._thumbnail = True, [], None
        if self._view != FaxView():
            self._making.forget()
            self._pages.drop()
            self._draft.put(fax=FaxView())

    # --- inside ---

    def _handle(self, request: Request) -> None:
        if self._requests.may(Action.HANDLE_FAX):
            self._requests.send(
                Action.HANDLE_FAX, request, FaxShown, lambda reply: self._take(reply.fax), timeout=QUESTION_S
            )

    def _ask(self, box: FaxBox, before: float | None) -> None:
        self._requests.send(
            None, AskFaxes(box, before), FaxList, lambda reply: self._came(reply, first=before is None),
            failed=self._no_faxes, timeout=QUESTION_S,
        )  # fmt: skip

    def _came(self, reply: FaxList, *, first: bool) -> None:
        """The first rows replace the list; older rows are put after it."""
        if self._draft.view.needs_password:
            return  # the agent who asked has logged out
        if reply.box is FaxBox.MINE:
            rows = reply.rows if first else (*self._view.mine, *reply.rows)
            self._put(mine=rows[:KNOWN_MOST], more_mine=reply.more and len(rows) < KNOWN_MOST)
        else:
            rows = reply.rows if first else (*self._view.inbox, *reply.rows)
            self._put(inbox=rows[:KNOWN_MOST], more_inbox=reply.more and len(rows) < KNOWN_MOST)
        self._put(known=True, off=reply.off, groups=reply.groups)

    def _no_faxes(self, why: Failed | Refused) -> None:
        """A switch without fax, or of an older version, has no lists; after any other failure they are asked for again."""
        if isinstance(why, Refused) and problem_of(why) == FaxProblem.NO_FAX:
            self._put(known=False, off=FaxProblem.NO_FAX.value)
        elif isinstance(why, Failed):
            self._stale = why.code != "unsupported"

    def _take(self, row: FaxRow) -> None:
        view = self._view
        if row.direction == "in":
            known = any(each.fax == row.fax for each in view.inbox)
            if known or row_of(view, row.fax) is None:
                self._put(inbox=with_row(view.inbox, row)[:KNOWN_MOST], thumbnails=_but_empty(view.thumbnails, row.fax))
        elif any(each.fax == row.fax for each in view.mine) or self._is_own(row):
            self._put(mine=with_row(view.mine, row)[:KNOWN_MOST])
        opened = self._view.open
        if opened is not None and opened.fax == row.fax:
            self._put(open=replace(opened, row=row))

    def _is_own(self, row: FaxRow) -> bool:
        seat = self._draft.view.state.seat
        return seat is not None and row.agent == seat.agent

    def _tell(self, report: FaxChanged, before: FaxRow | None) -> None:
        row, at = report.fax, self._draft.wall() + self._draft.view.clock_off
        if report.new and before is None:
            self._notify(Notice(at, "fax", row.number, row.customer_name))
        elif row.state is FaxState.FAILED and (before is None or before.state is not FaxState.FAILED):
            self._notify(Notice(at, "fax_failed", row.number, row.title))

    def _opened(self, reply: FaxShown) -> None:
        opened = self._view.open
        if opened is None or opened.fax != reply.fax.fax:
            return
        self._put(open=replace(opened, row=reply.fax))
        fax = reply.fax
        pages = fax.pages_done if fax.direction == "in" else fax.pages
        self._pages.begin(fax.fax, pages, lambda page, offset: AskFaxPage(fax.fax, page, offset))

    def _not_opened(self, why: Failed | Refused) -> None:
        opened = self._view.open
        if opened is not None:
            self._put(open=replace(opened, pages=PagesView(opened.fax, problem=problem_of(why))))

    def _show_pages(self, pages: PagesView) -> None:
        opened = self._view.open
        if opened is not None:
            self._put(open=replace(opened, pages=pages))

    def _next_thumbnail(self) -> None:
        if self._thumbnail is None and self._wanted:
            fax = self._thumbnail = self._wanted.pop(0)
            self._requests.send(
                None, AskFaxPage(fax, 0, thumbnail=True), PagePart, lambda part: self._small(fax, part.data),
                failed=lambda _why: self._small(fax, b""), timeout=QUESTION_S,
            )  # fmt: skip

    def _small(self, fax: FaxId, data: bytes) -> None:
        """``b""``: there is no picture."""
        self._thumbnail = None
        known = {**self._view.thumbnails, fax: data}
        while len(known) > THUMBNAILS_MOST:
            del known[next(iter(known))]
        self._put(thumbnails=known)
        self._next_thumbnail()

    def _put(self, **fields: object) -> None:
        self._draft.put(fax=replace(self._view, **fields))


def _but_empty(thumbnails: dict[FaxId, bytes], fax: FaxId) -> dict[FaxId, bytes]:
    """Without an empty one of this fax: it was asked for before the first page had come."""
    return thumbnails if thumbnails.get(fax) != b"" else {key: data for key, data in thumbnails.items() if key != fax}
