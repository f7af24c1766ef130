"""The progress of a fax in one strip: state, page, speed, result, and the buttons to repeat and to cancel it."""

from PySide6.QtWidgets import QProgressBar, QPushButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.fax.view import may_cancel, may_retry, row_of
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF
from agent_app.ui.fax import fax_words
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import day_time
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows
from shared.desk_fax import FaxRow
from shared.fax import FaxId, FaxState


class ProgressStrip(Panel):
    """Hidden until ``follow`` names a fax."""

    def __init__(self, desk: DeskPresenter, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self._desk = desk
        self._fax: FaxId | None = None
        self.state, self.detail, self.bar = (
            OneLineLabel("value", wide=60, bold=True),
            OneLineLabel("muted", wide=90),
            QProgressBar(),
        )
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.retry, self.cancel = QPushButton(), QPushButton()
        for button in (self.retry, self.cancel):
            button.setAutoDefault(False)
        self.retry.clicked.connect(lambda _checked=False: self._fax and desk.fax.retry(self._fax))
        self.cancel.clicked.connect(lambda _checked=False: self._fax and desk.fax.cancel(self._fax))
        text = rows(self.state, self.bar, self.detail, gap=2)
        line = across(text, self.retry, self.cancel)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.redraw()

    def follow(self, fax: FaxId | None) -> None:
        self._fax = fax
        self.redraw()

    def row(self) -> FaxRow | None:
        return row_of(self._view.fax, self._fax) if self._fax is not None else None

    def show_view(self, view: DeskView, was: DeskView | None) -> None:  # noqa: ARG002  the clock counts too
        row = self.row()
        self.setVisible(row is not None)
        if row is None:
            return
        on = view.enabled.get(Action.HANDLE_FAX, OFF).on
        self.retry.setVisible(may_retry(row))
        self.cancel.setVisible(may_cancel(row))
        self.retry.setEnabled(on)
        self.cancel.setEnabled(on)
        self.state.set_role(fax_words.TONES.get(row.state, "value"))
        self.state.say(words.about(row.number, self._state(row)))
        self.detail.say(" · ".join(part for part in self._details(row, view) if part))
        self.bar.setRange(0, max(row.pages, 1))
        self.bar.setValue(row.pages_done)

    def retranslate(self) -> None:
        self.retry.setText(self.tr("Send &again"))
        named(self.retry, self.tr("Send again"), self.tr("From the first page that was not confirmed"))
        self.cancel.setText(self.tr("Cancel the fa&x"))
        named(self.cancel, self.tr("Cancel the fax"))
        named(self.bar, self.tr("Pages sent"))

    def _state(self, row: FaxRow) -> str:
        state = words.say(fax_words.STATES, row.state)
        if row.live and row.state is FaxState.DIALLING:
            return self.tr("Please have the customer press start on the fax machine")
        if row.state in (FaxState.SENDING, FaxState.WAITING) and row.pages_done:
            return words.about(
                state, self.tr("page {n} of {all}").format(n=min(row.pages_done + 1, row.pages), all=row.pages)
            )
        return state

    def _details(self, row: FaxRow, view: DeskView) -> list[str]:
        now = self.now()
        due = row.next_try or (row.not_before if row.not_before is not None and row.not_before > now else None)
        return [
            fax_words.result(row, view.language),
            self.tr("confirmed {done} of {all} pages").format(done=row.pages_done, all=row.pages),
            self.tr("{rate} bit/s").format(rate=row.bit_rate) if row.bit_rate else "",
            self.tr("try {n}").format(n=row.tries) if row.tries > 1 else "",
            self.tr("due at {time}").format(time=day_time(due, now)) if due is not None and row.state is FaxState.WAITING else "",
            row.remote,
        ]  # fmt: skip
