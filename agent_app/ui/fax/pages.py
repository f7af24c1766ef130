"""Pages on the screen: a list of their numbers, the page as a picture, zoom and rotation. Rotation changes the view only, never the fax."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap, QTransform, QWheelEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QScrollArea

from agent_app.model.fax.view import PagesView
from agent_app.ui.fax import fax_words
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows

ZOOMS = (0.0, 0.35, 0.5, 0.75, 1.0, 1.5)
"""Of the picture's pixels; 0: as wide as the window."""


class PagesPart(Panel):
    """``wanted`` asks for a page that is not in ``PagesView.pictures``. ``empty``: the text where there is no page."""

    wanted = Signal(int)

    def __init__(self, clock: Clock, *, rotates: bool) -> None:
        super().__init__(clock, framed=False)
        self._pages, self._zoom, self._turned, self._empty = PagesView(), 0, 0, ""
        self._pixmaps: dict[int, tuple[bytes, QPixmap]] = {}
        self.list, self.picture, self.area = QListWidget(), QLabel(), QScrollArea()
        self.list.setFixedWidth(letters(self.font(), 9))
        self.list.setSpacing(2)
        self.list.currentRowChanged.connect(lambda _row: self._turn_to())
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setWordWrap(True)
        self.picture.setTextFormat(Qt.TextFormat.PlainText)
        self.area.setWidget(self.picture)
        self.area.setWidgetResizable(True)
        self.area.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # else the width changes with the height
        self.area.setMinimumSize(letters(self.font(), 24), self.fontMetrics().height() * 8)
        self.area.viewport().installEventFilter(self)
        self.smaller, self.larger, self.turn = QPushButton("−"), QPushButton("+"), QPushButton("↻")
        for button, do in (
            (self.smaller, lambda: self.zoom(-1)), (self.larger, lambda: self.zoom(1)), (self.turn, self.rotate),
        ):  # fmt: skip
            button.setAutoDefault(False)
            button.setFixedWidth(letters(self.font(), 6))
            button.clicked.connect(lambda _checked=False, do=do: do())
        self.turn.setVisible(rotates)
        self.where = OneLineLabel("muted", wide=40)
        tools = across(self.where, None, self.turn, self.smaller, self.larger)
        both = across(self.list, self.area)
        both.setStretch(1, 1)
        whole = rows(both, tools, gap=4)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.redraw()

    def show_pages(self, pages: PagesView, empty: str) -> None:
        """Shows the pages; another document begins at its first page, not turned."""
        was, self._pages = self._pages, pages
        self._empty = empty
        if (was.name, was.pages) != (pages.name, pages.pages):
            self._turned = 0
            self._pixmaps.clear()
            self._fill()
            self._to_top()
        self._draw()

    @property
    def page(self) -> int:
        return max(self.list.currentRow(), 0)

    def zoom(self, step: int) -> None:
        self._zoom = min(max(self._zoom + step, 0), len(ZOOMS) - 1)
        self._draw()

    def rotate(self) -> None:
        self._turned = (self._turned + 90) % 360
        self._draw()

    def print_all(self, printer: QPrinter) -> None:
        """Prints every page as it is turned now, one on a sheet, as large as fits. All pictures must be there."""
        painter = QPainter(printer)
        try:
            for page in range(self._pages.pages):
                if page:
                    printer.newPage()
                picture = self._pixmap(page).transformed(QTransform().rotate(self._turned))
                sheet = painter.viewport()
                size = picture.size().scaled(sheet.size(), Qt.AspectRatioMode.KeepAspectRatio)
                painter.drawPixmap(sheet.x(), sheet.y(), size.width(), size.height(), picture)
        finally:
            painter.end()

    def retranslate(self) -> None:
        named(self.list, self.tr("Pages"), self.tr("Arrows choose a page"))
        named(self.area, self.tr("The page"), self.tr("Exactly as it is on the fax; Ctrl and the wheel zoom"))
        named(self.smaller, self.tr("Smaller"), key="Alt+Down")
        named(self.larger, self.tr("Larger"), key="Alt+Up")
        named(self.turn, self.tr("Turn"), self.tr("Turns the view, not the fax"), "Alt+Right")
        self.smaller.setShortcut("Alt+Down")
        self.larger.setShortcut("Alt+Up")
        self.turn.setShortcut("Alt+Right")
        self._draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return True
        if event.type() == QEvent.Type.Resize and not ZOOMS[self._zoom]:
            QTimer.singleShot(0, self, self._draw)  # after the area has laid out its scroll bars
        return super().eventFilter(watched, event)

    # --- inside ---

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([str(page + 1) for page in range(self._pages.pages)])
        self.list.setCurrentRow(0 if self._pages.pages else -1)
        self.list.blockSignals(False)
        self.list.setVisible(self._pages.pages > 1)

    def _turn_to(self) -> None:
        if self._pages.pages and self.page not in self._pages.pictures:
            self.wanted.emit(self.page)
        self._draw()
        self._to_top()

    def _to_top(self) -> None:
        QTimer.singleShot(0, self, lambda: self.area.verticalScrollBar().setValue(0))  # after the new size is laid out

    def _draw(self) -> None:
        pages, page = self._pages, self.page
        self.where.say(self.tr("Page {n} of {all}").format(n=page + 1, all=pages.pages) if pages.pages else "")
        for button in (self.smaller, self.larger, self.turn):
            button.setEnabled(page in pages.pictures)
        if page not in pages.pictures:
            self.picture.setPixmap(QPixmap())
            loading = self.tr("The page is being fetched …") if pages.pages else self._empty
            self.picture.setText(fax_words.problem(pages.problem) if pages.problem else loading)
            return
        picture = self._pixmap(page)
        turned = picture.transformed(QTransform().rotate(self._turned)) if self._turned else picture
        self.picture.setPixmap(
            turned.scaled(self._size(turned.size()), mode=Qt.TransformationMode.SmoothTransformation)
        )

    def _size(self, size: QSize) -> QSize:
        zoom = ZOOMS[self._zoom]
        wide = round(size.width() * zoom) if zoom else max(self.area.viewport().width() - 4, 50)
        return QSize(wide, max(1, round(size.height() * wide / max(size.width(), 1))))

    def _pixmap(self, page: int) -> QPixmap:
        data = self._pages.pictures[page]
        known = self._pixmaps.get(page)
        if known is None or known[0] is not data:
            made = QPixmap()
            made.loadFromData(data, "PNG")
            known = self._pixmaps[page] = data, made
        return known[1]
