"""The document that is being made: uploaded in parts, rendered by the switch, shown, and sent.

EMPTY → CHANGED → UPLOADING → RENDERING → READY → SUBMITTING → SUBMITTED; from each step a changed choice leads to CHANGED or EMPTY, a refusal to FAILED.
A cut link leaves the step as it is: ``resume`` goes on where the switch has stopped.
"""

from msgspec.structs import replace

from agent_app.model.desk.problems import NoAnswer
from agent_app.model.desk.view import Action
from agent_app.model.fax.view import DraftStep, DraftView, FaxSpec, LocalFile, SendTime, Submission
from agent_app.presenters.fax.pages import PageFetcher, problem_of
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import QUESTION_S, Requests, SentRequest
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import PART_BYTES, Refused
from shared.desk_fax import (
    UPLOAD_MAX,
    AnySource,
    AskPreview,
    BeginUpload,
    FaxPrepared,
    FaxProblem,
    FaxShown,
    PrepareFax,
    SubmitFax,
    Uploaded,
    UploadPart,
    UploadState,
)

REST_S = 0.6
"""The pages are made when no choice has changed for so long."""
RENDER_S = 90.0
"""Time-out of rendering."""
_LOST = frozenset({NoAnswer.LINK_LOST, NoAnswer.NEVER_LEFT})


class DraftPresenter:
    def __init__(self, draft: ViewDraft, requests: Requests) -> None:
        self._draft, self._requests = draft, requests
        self._spec: FaxSpec | None = None
        self._due: float | None = None
        self._upload: tuple[str, str] | None = None
        """The hash of the file that the switch has whole, and the upload's id."""
        self._sent: SentRequest | None = None
        self._pages = PageFetcher(requests, lambda pages: self._put(pages=pages))

    @property
    def view(self) -> DraftView:
        return self._draft.view.fax.draft

    def choose(self, spec: FaxSpec | None) -> None:
        """The present choices; ``None``: they make no document yet. The same choices again change nothing."""
        if spec == self._spec and self.view.step not in (DraftStep.FAILED, DraftStep.SUBMITTED):
            return
        self._drop()
        self._spec = spec
        if spec is None:
            self._show(DraftView())
            return
        title = spec.source.name if isinstance(spec.source, LocalFile) else ""
        if isinstance(spec.source, LocalFile) and not 0 < len(spec.source.data) <= UPLOAD_MAX:
            problem = FaxProblem.TOO_LARGE if spec.source.data else FaxProblem.EMPTY
            self._show(DraftView(DraftStep.FAILED, title, problem=problem))
            return
        self._show(DraftView(DraftStep.CHANGED, title))
        self._due = self._requests.now() + REST_S

    def tick(self, now: float) -> None:
        if self._due is not None and now >= self._due:
            self._due = None
            self._begin()

    def resume(self) -> None:
        """The link is back: what was on its way when it broke is asked again."""
        if self.view.step in (DraftStep.UPLOADING, DraftStep.RENDERING) and not self._is_pending():
            self._begin()

    def look(self, page: int) -> None:
        self._pages.want(page)

    def submit(self, how: Submission) -> None:
        if not self._requests.may(Action.SEND_FAX):
            return
        view = self.view
        if view.step is not DraftStep.READY or view.document is None:
            return
        live = how.when is SendTime.LIVE
        at = how.at if how.when is SendTime.LATER else None
        self._put(step=DraftStep.SUBMITTING, problem="")
        request = SubmitFax(view.document, at, how.customer, how.call, live)
        self._requests.send(
            Action.SEND_FAX, request, FaxShown, self._submitted, failed=self._not_submitted, timeout=QUESTION_S
        )

    def forget(self) -> None:
        self._drop()
        self._spec, self._upload = None, None
        self._show(DraftView())

    # --- inside ---

    def _drop(self) -> None:
        self._due = None
        if self._sent is not None:
            self._requests.drop_request(self._sent)
            self._sent = None
        self._pages.drop()

    def _is_pending(self) -> bool:
        return self._sent is not None and self._sent.pending

    def _begin(self) -> None:
        spec = self._spec
        if spec is None:
            return
        source = spec.source
        if not isinstance(source, LocalFile):
            self._render(source)
        elif self._upload is not None and self._upload[0] == source.sha256:
            self._render(Uploaded(self._upload[1]))
        else:
            self._put(step=DraftStep.UPLOADING, size=len(source.data), problem="")
            request = BeginUpload(source.name[-256:], len(source.data), source.sha256)
            self._sent = self._requests.send(
                None, request, UploadState, lambda state: self._uploaded(source, state), failed=self._failed
            )

    def _uploaded(self, source: LocalFile, state: UploadState) -> None:
        """Sends the next part, or has the whole file rendered."""
        if not self.view.have <= state.have <= len(source.data) and self.view.step is DraftStep.UPLOADING:
            self._put(have=0)  # the switch has lost what it had
        self._put(have=state.have)
        if state.have >= len(source.data):
            self._upload = source.sha256, state.upload
            self._render(Uploaded(state.upload))
            return
        part = source.data[state.have : state.have + PART_BYTES]
        self._sent = self._requests.send(
            None, UploadPart(state.upload, state.have, part), UploadState, lambda now: self._uploaded(source, now),
            failed=self._failed, timeout=QUESTION_S,
        )  # fmt: skip

    def _render(self, source: AnySource) -> None:
        assert self._spec is not None
        self._put(step=DraftStep.RENDERING, problem="")
        request = PrepareFax(source, self._spec.number, self._spec.fine, self._spec.cover)
        self._sent = self._requests.send(
            None, request, FaxPrepared, self._prepared, failed=self._failed, timeout=RENDER_S
        )

    def _prepared(self, reply: FaxPrepared) -> None:
        self._put(step=DraftStep.READY, document=reply.document, title=reply.title)
        document = reply.document
        self._pages.begin(document, reply.pages, lambda page, offset: AskPreview(document, page, offset))

    def _failed(self, why: Failed | Refused) -> None:
        self._sent = None
        if isinstance(why, Failed) and why.code in _LOST:
            return  # ``resume`` goes on
        if isinstance(why, Refused):
            self._upload = None  # the switch may have removed it
        self._put(step=DraftStep.FAILED, problem=problem_of(why))

    def _submitted(self, reply: FaxShown) -> None:
        self._put(step=DraftStep.SUBMITTED, fax=reply.fax.fax)

    def _not_submitted(self, why: Failed | Refused) -> None:
        """The document stays prepared. After a lost answer the list of faxes shows whether the switch has taken it."""
        self._put(step=DraftStep.READY, problem=problem_of(why))

    def _put(self, **fields: object) -> None:
        self._show(replace(self.view, **fields))

    def _show(self, view: DraftView) -> None:
        self._draft.put(fax=replace(self._draft.view.fax, draft=view))
