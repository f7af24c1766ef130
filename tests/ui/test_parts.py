"""Formats, tables, the search line, the keypad, the player, diagnostics."""

import struct
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QWidget

from agent_app.model.desk.view import AudioView, PlayerView
from agent_app.model.sound.phone_messages import SoundDevice
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.customer.history import HistoryPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import AboutDialog
from agent_app.ui.panels.status import StatusBar
from agent_app.ui.parts import fmt
from agent_app.ui.parts.tables import DataTable, TableColumn, TableModel
from agent_app.ui.sound.player import PlayerBar
from agent_app.ui.sound.playing import alike
from agent_app.ui.sound.wav import WavRecording, read
from shared.desk import TEXT_MAX, CallChanged, PopChanged, SeatChanged
from shared.enums import Language, SeatState
from shared.ids import CallId
from tests.ui.scenes import CALL, LONG_NAME, MARKUP, NOW, TICKETS, call, pop, scenes
from tests.ui.stage import Stage, wait_until

# --- formats ---


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0.00"), (5, "0.05"), (123456, "1,234.56"), (-432000, "−4,320.00"), (10**12, "10,000,000,000.00")],
)
def test_money(fen: int, text: str) -> None:
    assert fmt.yuan(fen) == text


@pytest.mark.parametrize(("milli", "text"), [(12340, "12.34"), (3871, "3.871"), (1688500, "1688.50"), (0, "–")])
def test_prices(milli: int, text: str) -> None:
    assert fmt.price(milli) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03"), (-40, "0:00"), (90_000, "25:00:00")],
)
def test_durations(seconds: float, text: str) -> None:
    assert fmt.duration(seconds) == text


def test_times_are_shanghais() -> None:
    assert fmt.clock(NOW) == "10:15:30"
    assert fmt.day_time(NOW - 60, NOW) == "10:14"
    assert fmt.day_time(NOW - 86400, NOW) == "03-17 10:15"
    assert fmt.day_time(NOW - 400 * 86400, NOW) == "2025-02-11 10:15"
    assert fmt.day(NOW - 60, NOW) == "10:14"
    assert fmt.day(NOW - 86400, NOW) == "03-17"
    assert fmt.day(NOW - 400 * 86400, NOW) == "2025-02-11"


@pytest.mark.parametrize("at", [1e300, -1e300, float("nan"), float("inf")])
def test_a_time_out_of_range_is_shown_as_a_dash(at: float) -> None:
    assert fmt.clock(at) == "–"
    assert fmt.day_time(at, NOW) == "–"


def test_texts_from_outside_are_made_safe_to_show() -> None:
    assert fmt.one_line("a\nb\x00c\u2028d ") == "a b c d"
    assert fmt.tip(MARKUP).count("<") == 2, "the paragraph's own"
    assert fmt.tip("") == ""
    assert len(fmt.tip("x" * 5000)) < 1100
    assert fmt.button_text("A&B\n") == "A&&B"


# --- tables ---

LETTERS = (
    TableColumn[str]("Letter", str, 4),
    TableColumn[str]("Twice", lambda row: row * 2, 0, right=True, colour=lambda _: "danger"),
)


def test_the_data_of_rows(qapp: QApplication) -> None:
    assert qapp is not None
    holder = QWidget()
    rows: TableModel[str] = TableModel(LETTERS, lambda row: row, holder)
    rows.show(("a", "b"))
    assert (rows.rowCount(), rows.columnCount()) == (2, 2)
    assert rows.rowCount(rows.index(0, 0)) == 0
    assert rows.data(rows.index(1, 1)) == "bb"
    assert rows.data(rows.index(1, 1), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert rows.data(rows.index(1, 0), Qt.ItemDataRole.ForegroundRole) is None
    assert rows.data(rows.index(1, 1), Qt.ItemDataRole.ForegroundRole) is not None
    assert rows.data(rows.index(1, 1), Qt.ItemDataRole.AccessibleTextRole) == "Twice: bb"
    assert rows.data(QModelIndex()) is None
    assert rows.headerData(0, Qt.Orientation.Vertical) is None
    assert rows.row(7) is None
    assert rows.find("z") == -1


def test_the_chosen_row_stays_chosen_through_changes(qapp: QApplication) -> None:
    assert qapp is not None
    table: DataTable[tuple[str, int]] = DataTable((TableColumn("One", lambda row: f"{row[1]}", 0),), lambda row: row[0])
    resets: list[int] = []
    table.rows.modelReset.connect(lambda: resets.append(1))
    table.show_rows((("a", 1), ("b", 2)))
    table.selectRow(1)
    table.show_rows((("a", 5), ("b", 6)))
    assert table.current() == ("b", 6)
    assert len(resets) == 1, "other figures of the same rows are no reset"
    table.show_rows((("x", 0), ("b", 7), ("c", 1)))
    assert table.current() == ("b", 7)
    table.show_rows(())
    assert table.current() is None


def test_enter_and_double_click_choose(stage: Stage) -> None:
    stage.window.draw(scenes(Language.EN)["search"])
    chosen: list[object] = []
    table = stage.window.panel(SearchPanel).table
    table.chosen.connect(chosen.append)
    table._choose(1)
    table._choose(99)
    assert len(chosen) == 1


# --- search, keypad, notes ---


def test_arrow_down_in_the_search_line_without_rows(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.keys("F9")
    stage.write("w")
    stage.keys("Down")
    assert QApplication.focusWidget() is stage.window.panel(SearchPanel).line, "there are no rows yet"
    stage.keys("Esc")
    assert stage.view.search.text == ""
    assert stage.window.places.middle.currentIndex() == 0


def test_digits_are_sent_as_keys_only_while_the_keypad_has_the_focus(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.keys("F12")
    stage.write("1#")
    assert stage.window.panel(WrapUpPanel).note.toPlainText() == "1#"
    assert stage.window.panel(CallPanel).sent.text() == ""
    stage.keys("F11", "*", "a")
    assert stage.window.panel(CallPanel).sent.text() == "•"


def test_a_note_is_cut_at_the_length_that_the_switch_takes(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.window.panel(WrapUpPanel).note.setPlainText("字" * (TEXT_MAX + 50))
    stage.settle()
    assert len(stage.view.note) == TEXT_MAX
    assert stage.window.panel(WrapUpPanel).note.toPlainText() == stage.view.note


def test_a_note_belongs_to_its_call(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.keys("F12")
    stage.write("of the first")
    stage.told(CallChanged(None), PopChanged(None), SeatChanged(stage.seat(SeatState.OPEN)))
    stage.ring(call(SeatState.RINGING, call="second", leg="second/2"), pop(call="second"))
    assert stage.window.panel(WrapUpPanel).note.toPlainText() == ""


def test_a_refused_ticket_stays_in_the_editor(stage: Stage) -> None:
    from agent_app.presenters.parts.ports import Failed

    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.keys("Ctrl+T", "Ctrl+S")
    assert QApplication.focusWidget() is stage.window.panel(TicketsPanel).title, "a ticket needs a title"
    stage.write("new one")
    stage.window.panel(TicketsPanel).note.setPlainText("the note")
    stage.keys("Ctrl+S")
    stage.reply(Failed("timed_out"))
    assert stage.window.panel(TicketsPanel).title.text() == "new one"
    assert stage.window.panel(TicketsPanel).note.toPlainText() == "the note"
    assert stage.view.problem is not None


def test_another_customers_ticket_editor_is_empty(stage: Stage) -> None:
    made = scenes(Language.EN)["talking"]
    stage.window.draw(made)
    stage.window.panel(TicketsPanel).table.selectRow(0)
    assert stage.window.panel(TicketsPanel).title.text() == TICKETS[0].title
    assert made.shown is not None
    stage.window.draw(replace(made, shown=replace(made.shown, id=9, tickets=())))
    assert stage.window.panel(TicketsPanel).title.text() == ""
    assert stage.window.panel(TicketsPanel).past.toPlainText() == ""


# --- recordings ---


def _wav(seconds: float) -> bytes:
    """A silent recording in the switch's format: stereo A-law at 8 kHz."""
    data = bytes([0xD5]) * int(16000 * seconds)
    form = struct.pack("<HHIIHHH", 6, 2, 8000, 16000, 2, 8, 0)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


class Ear:
    """A playback device with 300 ms of buffer, which a test empties by setting ``full``."""

    size = 8000 * 2 * 2 * 300 // 1000
    there = True

    def __init__(self, rate: int, channels: int) -> None:
        assert (rate, channels) == (8000, 2)
        self.full, self.heard, self.stopped = 0, b"", False
        made.append(self)

    def start(self) -> None:
        if not self.there:
            raise OSError("no device")

    def free(self) -> int:
        return self.size - self.full

    def waiting(self) -> int:
        return self.full

    def write(self, samples: bytes) -> None:
        assert len(samples) <= self.free()
        self.heard += samples
        self.full += len(samples)

    def stop(self) -> None:
        self.stopped = True


made: list[Ear] = []


def _player(stage: Stage, wav: bytes) -> PlayerBar:
    made.clear()
    player, view = stage.window.panel(HistoryPanel).player, scenes(Language.EN)["talking"]
    player.make_sink = Ear
    stage.window.draw(replace(view, player=PlayerView(CALL, len(wav), len(wav), wav)))
    return player


def test_a_recording_is_fetched_played_paused_and_closed(stage: Stage) -> None:
    player, view = stage.window.panel(HistoryPanel).player, scenes(Language.EN)["talking"]
    stage.window.draw(replace(view, player=PlayerView(CALL, 100, 400)))
    assert (player.fetching.value(), player.fetching.maximum()) == (100, 400)
    assert not player.slider.isVisibleTo(player)
    player = _player(stage, _wav(30))
    wait_until(lambda: player.slider.maximum() == 30_000)
    assert player.toggle.accessibleName() == "Pause"
    assert made[0].full == Ear.size, "as much as fits"
    made[0].full = 0
    wait_until(lambda: len(made[0].heard) == 2 * Ear.size)
    assert player.slider.value() in (0, 300)
    player.play_or_pause()
    assert made[0].stopped
    assert player.toggle.accessibleName() == "Play"
    player.play_or_pause()
    assert player.sound is not None
    player.sound.seek(10_000)
    wait_until(lambda: player.time.text() == "0:10 / 0:30")
    stage.window.draw(view)
    assert made[-1].stopped
    assert player.sound is None
    assert not player.isVisibleTo(stage.window)


def test_a_recording_pauses_when_a_call_comes(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    player = _player(stage, _wav(30))  # asked for in a talk: it is played during the talk
    wait_until(lambda: made[0].full == Ear.size)
    assert player.toggle.accessibleName() == "Pause"
    ringing = scenes(Language.EN)["ringing"]
    assert ringing.state.call is not None
    other = replace(ringing.state, call=replace(ringing.state.call, call=CallId("another")))
    stage.window.draw(replace(ringing, state=other, player=PlayerView(CALL, 9, 9, _wav(30))))
    assert made[0].stopped
    assert player.toggle.accessibleName() == "Play"
    player.play_or_pause()
    assert not made[-1].stopped, "who wants it hears it"


def test_a_recording_that_is_fetched_when_a_call_comes_does_not_play(stage: Stage) -> None:
    player, view = stage.window.panel(HistoryPanel).player, scenes(Language.EN)["open"]
    made.clear()
    player.make_sink = Ear
    stage.window.draw(replace(view, player=PlayerView(CALL, 10, 400)))
    stage.window.draw(replace(scenes(Language.EN)["ringing"], player=PlayerView(CALL, 400, 400, _wav(3))))
    assert made == []
    assert player.toggle.accessibleName() == "Play"


def test_a_recording_goes_on_at_the_newly_chosen_device(stage: Stage) -> None:
    player, view = stage.window.panel(HistoryPanel).player, scenes(Language.EN)["open"]
    made.clear()
    player.make_sink = Ear
    playing = replace(view, player=PlayerView(CALL, 400, 400, _wav(3)))
    stage.window.draw(playing)
    headset = SoundDevice("ALSA/usb", "USB headset", 1, 2)
    stage.window.draw(replace(playing, audio=AudioView(devices=(headset,), speaker="ALSA/usb")))
    assert [ear.stopped for ear in made] == [True, False]
    assert player.toggle.accessibleName() == "Pause"


@pytest.mark.parametrize(
    ("wanted", "names", "found"),
    [
        ("Headset (USB)", ("Speakers", "Headset (USB)"), 1),
        ("headset: USB Audio (hw:1,0)", ("Speakers", "USB Audio", "headset: USB Audio"), 2),
        ("USB", ("Speakers", "usb audio"), 1),
        ("", ("Speakers",), None),
        ("Bluetooth", ("Speakers", ""), None),
    ],
)
def test_the_phone_s_device_is_found_among_qt_s_devices(wanted: str, names: tuple[str, ...], found: int | None) -> None:
    assert alike(wanted, names) == found


def test_a_recording_that_ended_is_back_at_its_start(stage: Stage) -> None:
    player = _player(stage, _wav(0.2))
    wait_until(lambda: len(made[0].heard) == 3200 * 2)
    made[0].full = 0
    wait_until(lambda: player.toggle.accessibleName() == "Play")
    assert player.time.text() == "0:00 / 0:00"
    player.play_or_pause()
    wait_until(lambda: len(made) == 2 and len(made[1].heard) == 3200 * 2)


@pytest.mark.parametrize(
    "wav", [b"nope", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", _wav(1).replace(b"\x06\x00\x02", b"\x01\x00\x02"), _wav(1)[:30]]
)
def test_an_invalid_recording_is_shown_as_such(stage: Stage, wav: bytes) -> None:
    player = _player(stage, wav)
    wait_until(lambda: player.time.text() == "Can't be played")
    assert player.toggle.accessibleName() == "Play"


def test_a_recording_without_a_device_is_shown_as_not_playable(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ear, "there", False)
    player = _player(stage, _wav(1))
    wait_until(lambda: player.time.text() == "Can't be played")


def test_a_truncated_recording_is_read_to_its_end() -> None:
    assert read(_wav(2)[:-8000]).ms == 1500


def test_alaw_is_decoded_as_g711_says() -> None:
    """Against figures of the standard library's decoder (ITU-T G.711, table 1a)."""
    table = [
        int.from_bytes(WavRecording(8000, 1, memoryview(bytes([code]))).samples(0, 1), "little", signed=True)
        for code in range(256)
    ]
    assert table[0xD5] == 8
    assert table[0x55] == -8
    assert table[0xAA] == 32256
    assert table[0x2A] == -32256
    assert sorted(table) == sorted(-value for value in table)
    assert len(set(table)) == 256


def test_the_system_s_device_is_opened_and_closed_many_times(stage: Stage) -> None:
    """With the real QtMultimedia, with or without a device: the window's thread never hangs."""
    view = scenes(Language.EN)["talking"]
    player = stage.window.panel(HistoryPanel).player
    for number in range(8):
        wav = _wav(1 + number)
        stage.window.draw(replace(view, player=PlayerView(CALL, len(wav), len(wav), wav)))
        wait_until(lambda: player.slider.value() > 0 or player.time.text() == "Can't be played")
        stage.window.draw(view)
    assert player.sound is None


# --- diagnostics ---


def test_diagnostics_are_packed_into_the_chosen_folder(stage: Stage, tmp_path: Path) -> None:
    about, diagnostics = stage.window.panel(AboutDialog), stage.world.diagnostics
    about.go()
    about.pack_into(str(tmp_path))
    stage.settle()
    assert (about.progress.isVisibleTo(about), about.pack_button.text()) == (True, "Ca&ncel")
    diagnostics.step(3, 12)
    stage.settle()
    assert (about.progress.value(), about.progress.maximum()) == (3, 12)
    diagnostics.end(tmp_path / "pack.zip")
    stage.settle()
    assert about.path.text() == str(tmp_path / "pack.zip")
    assert (about.progress.isVisibleTo(about), about.pack_button.accessibleName()) == (False, "Pack diagnostics")


def test_diagnostics_are_cancelled_or_fail(stage: Stage, tmp_path: Path) -> None:
    about, diagnostics = stage.window.panel(AboutDialog), stage.world.diagnostics
    stage.log_in(SeatState.OPEN)
    about.go()
    about.pack_into(str(tmp_path))
    stage.settle()
    stage.click(about.pack_button)
    assert diagnostics.cancelled == 1
    diagnostics.end(None)
    stage.settle()
    assert not about.progress.isVisibleTo(about)
    about.pack_into(str(tmp_path))
    diagnostics.end(OSError(28, "No space left on device"))
    stage.settle()
    assert not about.path.isVisibleTo(about)
    assert stage.window.panel(StatusBar).problem.text() == "The disk is full; the file was not written."


def test_a_name_of_200_characters_is_one_line_everywhere(stage: Stage) -> None:
    stage.window.draw(scenes(Language.ZH)["long-names"])
    assert len(LONG_NAME) == 200
    assert (
        stage.window.panel(CustomerPanel).name.height()
        < stage.window.panel(CustomerPanel).name.fontMetrics().height() * 2
    )
