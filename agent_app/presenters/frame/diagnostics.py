"""The packing of diagnostics into a zip: begin, progress, cancel."""

from pathlib import Path

from agent_app.model.desk.problems import file_problem
from agent_app.model.desk.view import PackView
from agent_app.presenters.parts.ports import DiagnosticsPort
from agent_app.presenters.parts.view_draft import ViewDraft, settled


class DiagnosticsPresenter:
    """``diagnostics=None``: the program has none, and nothing is packed."""

    def __init__(self, draft: ViewDraft, diagnostics: DiagnosticsPort | None) -> None:
        self._draft, self._diagnostics = draft, diagnostics
        self._runs = False

    def begin(self, folder: Path) -> None:
        if self._diagnostics is not None and not self._runs:
            self._runs = True
            self._draft.put(packing=PackView())
            self._diagnostics.pack(folder, self._on_progress, self._ended)

    def cancel(self) -> None:
        if self._diagnostics is not None and self._runs:
            self._diagnostics.cancel()

    @settled
    def _on_progress(self, have: int, size: int) -> None:
        if self._runs:
            self._draft.put(packing=PackView(have, size))

    @settled
    def _ended(self, result: Path | OSError | None) -> None:
        self._runs = False
        self._draft.put(packing=PackView(path=str(result)) if isinstance(result, Path) else None)
        if isinstance(result, OSError):
            self._draft.problem(None, file_problem(result))
