"""Notices of a supervisor's messages and acts, one under the other, each shown until the agent dismisses it."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QToolButton, QVBoxLayout

from agent_app.model.desk.view import DeskView, ShownNotice
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import Escape, PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import clock
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import OneLineLabel, Panel, ParagraphLabel, across, announce, named
from shared.desk import Notice

SEEN = 2
"""Notices shown at once; the newest come first."""
TONES = {"message": "ok", "intercepted": "danger"}


class NoticeRow(QFrame):
    def __init__(self, dismiss: Callable[[int], None]) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._id = 0
        self._icon, self.what, self.text, self.at = (
            QLabel(),
            OneLineLabel(bold=True, wide=50, shrinks=False),
            ParagraphLabel(),
            QLabel(),
        )
        self.more = OneLineLabel(wide=20, shrinks=False)
        self.more.hide()
        self.close_button = QToolButton()
        self.close_button.setProperty("flat", "true")
        self.close_button.clicked.connect(lambda _checked=False: dismiss(self._id))
        line = across(self._icon, self.what, self.text, self.more, self.at, self.close_button)
        line.setStretch(2, 1)
        line.setContentsMargins(12, 2, 8, 2)
        self.setLayout(line)

    def retranslate(self) -> None:
        named(self.close_button, self.tr("Read"), self.tr("Puts the notice away"), "Esc")

    def show_notice(self, shown: ShownNotice) -> None:
        self._id, notice = shown.id, shown.notice
        tone = TONES.get(notice.code, "warn")
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for part in (self, self.what, self.text, self.more, self.at):
                part.style().unpolish(part)
                part.style().polish(part)
        colour, size = getattr(theme.tokens(), tone), self.fontMetrics().height() + 2
        self._icon.setPixmap(icon("notice", colour).pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.close_button.setIcon(icon("close", colour))
        self.what.say(said(notice))
        self.text.say(notice.text)
        self.at.setText(clock(notice.at))


class NoticesPanel(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self._desk = host.desk
        self.setObjectName("notices")
        lines = QVBoxLayout()
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        self.rows = [NoticeRow(host.desk.dismiss_notice) for _ in range(SEEN)]
        for row in self.rows:
            lines.addWidget(row)
        self.setLayout(lines)
        self.redraw()

    def dismiss(self) -> bool:
        """Dismisses the newest notice; returns whether there was one."""
        if not self._view.notices:
            return False
        self._desk.dismiss_notice()
        return True

    def retranslate(self) -> None:
        for row in self.rows:
            row.retranslate()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.notices == was.notices:
            return
        newest = tuple(reversed(view.notices))
        for at, row in enumerate(self.rows):
            row.setVisible(at < len(newest))
            if at < len(newest):
                row.show_notice(newest[at])
        left = len(newest) - SEEN
        self.rows[-1].more.setVisible(left > 0)
        self.rows[-1].more.say(self.tr("{n} more").format(n=left))
        self.setVisible(bool(newest))
        if newest and was is not None and (not was.notices or was.notices[-1].id < newest[0].id):
            announce(self, words.about(said(newest[0].notice), newest[0].notice.text))
            QApplication.alert(self.window())


def said(notice: Notice) -> str:
    """``Message from Li Min``; an unknown code is a message."""
    source = notice.code if notice.code in words.NOTICES else "message"
    return words.say(words.NOTICES, source).format(sender=notice.sender)


PANEL: PanelSpec[NoticesPanel] = PanelSpec(
    "notices", NoticesPanel, (Placement(PanelPlace.STRIP, 30),), escape=Escape(20, NoticesPanel.dismiss)
)
