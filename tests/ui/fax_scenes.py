"""Views of the desk's faxes, as values, for tests and screenshots. All people are invented."""

from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QIODevice, QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from agent_app.model.desk.view import DeskView
from agent_app.model.fax.view import DraftStep, DraftView, FaxView, OpenFax, PagesView
from shared.desk_fax import FaxRow
from shared.enums import Language, SeatState
from shared.fax import DocumentId, FaxId, FaxResult, FaxState
from tests.ui.scenes import CUSTOMER, NOW, call, pop, seat, view

SIZE = (864, 1100)
ROW = FaxRow(FaxId("f5"), "out", "02085551234", "交割单", FaxState.SENDING, NOW - 60, 3, 1, 1001, "王小芳", "1005", "陈静", "一组", bit_rate=14400, tries=1, remote="+86 20 8555 1234")  # fmt: skip
MINE = (
    ROW,
    replace(ROW, fax=FaxId("f4"), state=FaxState.WAITING, created=NOW - 900, result=FaxResult.BUSY, tries=2, next_try=NOW + 240, pages_done=0, title="开户材料.pdf", bit_rate=0, remote=""),
    replace(ROW, fax=FaxId("f3"), state=FaxState.SENT, created=NOW - 4000, result=FaxResult.OK, pages_done=3, ended=NOW - 3900),
    replace(ROW, fax=FaxId("f2"), state=FaxState.FAILED, created=NOW - 90000, result=FaxResult.DROPPED, t30=15, pages_done=2, number="075588886666", customer_name="", customer=None, title="研究报告.pdf", pages=12),
    replace(ROW, fax=FaxId("f1"), state=FaxState.CANCELLED, created=NOW - 180000, result=FaxResult.STOPPED, pages_done=0),
)  # fmt: skip
CAME = FaxRow(FaxId("r3"), "in", "02085551234", "", FaxState.SENT, NOW - 120, 2, 2, 1001, "王小芳", group="一组", result=FaxResult.OK, remote="+86 20 8555 1234")  # fmt: skip
INBOX = (
    CAME,
    replace(CAME, fax=FaxId("r2"), number="01066668888", customer=None, customer_name="", created=NOW - 7000, pages=5, pages_done=5),
    replace(CAME, fax=FaxId("r1"), created=NOW - 86400, taken_by="1003", taken_by_name="李敏"),
)  # fmt: skip


def page(number: int, title: str = "交割单", size: tuple[int, int] = SIZE) -> bytes:
    """A page as the switch renders it."""
    picture = QImage(*size, QImage.Format.Format_Grayscale8)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setPen(QColor("black"))
    painter.setFont(QFont("WenQuanYi Micro Hei", max(6, size[0] // 60)))
    painter.drawText(
        QRect(20, 10, size[0] - 40, 60),
        Qt.AlignmentFlag.AlignLeft,
        f"2026-03-18 10:15  华务证券 → 02085551234  {number + 1}/3",
    )
    painter.setFont(QFont("WenQuanYi Micro Hei", max(8, size[0] // 30)))
    painter.drawText(QRect(20, size[1] // 12, size[0] - 40, 90), Qt.AlignmentFlag.AlignHCenter, title)
    for line in range(18):
        top = size[1] // 6 + line * size[1] // 24
        painter.drawLine(40, top, size[0] - 40, top)
        painter.setFont(QFont("WenQuanYi Micro Hei", max(5, size[0] // 60)))
        painter.drawText(
            60,
            top + size[1] // 32,
            f"03-{line + 1:02}  A000{line + 100 * number}  600519  贵州茅台  买入  1,712.00  {100 * line}",
        )
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # its stub knows paths only
    return bytes(buffer.data().data())


def pages(name: str, count: int = 3) -> PagesView:
    return PagesView(name, count, {number: page(number) for number in range(count)})


def faxes(**fields: object) -> FaxView:
    made = FaxView(
        off="",
        known=True,
        mine=MINE,
        inbox=INBOX,
        groups=("一组", "二组"),
        thumbnails={CAME.fax: page(0, size=(120, 160))},
    )
    return replace(made, **fields)


def draft(step: DraftStep, **fields: object) -> DraftView:
    return replace(DraftView(step, "交割单", document=DocumentId("d1")), **fields)


def fax_scenes(language: Language = Language.ZH) -> dict[str, DeskView]:
    """Name -> view."""

    def at_desk(fax: FaxView) -> DeskView:
        return view(language, seat=seat(SeatState.OPEN), shown=CUSTOMER, shown_is_pop=False, fax=fax)

    talk = {"call": call(SeatState.TALKING, answered_at=NOW - 75, number="02085551234"), "pop": pop()}
    ready = draft(DraftStep.READY, pages=pages("d1"))
    return {
        "fax-none": at_desk(FaxView()),
        "fax-empty": at_desk(FaxView(off="", known=True)),
        "fax-ready": at_desk(faxes(draft=ready)),
        "fax-live": view(language, seat=seat(SeatState.TALKING, 75), fax=faxes(draft=ready), **talk),
        "fax-refused": at_desk(faxes(draft=draft(DraftStep.FAILED, problem="encrypted"))),
        "fax-uploading": at_desk(faxes(draft=draft(DraftStep.UPLOADING, have=3, size=8))),
        "fax-sending": at_desk(faxes(draft=replace(ready, step=DraftStep.SUBMITTED, fax=ROW.fax))),
        "fax-failed": at_desk(faxes(draft=replace(ready, step=DraftStep.SUBMITTED, fax=FaxId("f2")))),
        "fax-open": at_desk(faxes(open=OpenFax(CAME.fax, CAME, pages(CAME.fax, 2)))),
    }  # fmt: skip
