"""Reports: one is requested at a time; the last report stays until the next has come."""

from collections.abc import Callable

from msgspec.structs import replace

from agent_app.model.desk.view import Action
from agent_app.model.reports.report import ReportView
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import Requests
from agent_app.presenters.parts.view_draft import ViewDraft, settled
from shared.desk import Refused
from shared.desk_reports import AskReport, ReportShown
from shared.reports import By

REPORT_S = 120.0
"""Time-out: a report on a year of a large centre takes long."""
OnReport = Callable[[ReportView], None]


class ReportsPresenter:
    """``desk.reports``. ``on_report`` (see ``listen``) is called with each new view, on the presenter's thread; it must not call the desk."""

    def __init__(self, draft: ViewDraft, requests: Requests) -> None:
        self._draft, self._requests = draft, requests
        self._on_report: OnReport = lambda _view: None
        self.view = ReportView()

    def listen(self, on_report: OnReport) -> None:
        self._on_report = on_report

    @settled
    def ask(self, by: By, first: str, last: str, queue: str | None = None, agent: str | None = None) -> None:
        """Days as ``YYYYMMDD``, both included."""
        if self.view.busy or not self._requests.may(Action.ASK_REPORT):
            return
        self._put(replace(self.view, busy=True, by=by, problem="", problem_text=""))
        request = AskReport(by, first, last, queue, agent)
        self._requests.send(Action.ASK_REPORT, request, ReportShown, self._came, failed=self._failed, timeout=REPORT_S)

    def logged_out(self) -> None:
        """Nobody is logged in any more."""
        if self.view != ReportView():
            self._put(ReportView())

    def _came(self, report: ReportShown) -> None:
        self._put(replace(self.view, busy=False, shown=report))

    def _failed(self, why: Failed | Refused) -> None:
        text = why.text if isinstance(why, Refused) else ""
        self._put(replace(self.view, busy=False, problem=str(why.code), problem_text=text))

    def _put(self, view: ReportView) -> None:
        self.view = view
        self._on_report(view)
