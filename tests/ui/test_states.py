"""Every state is drawn in both languages and themes, with buttons enabled exactly as in the model, and with texts unchanged."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from agent_app.model.desk.view import Action, DeskView, Pending
from agent_app.model.sound.phone_messages import CallQuality
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.seatbar import SeatBar
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.commands.commands import CommandButton, face_of
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.history import HistoryPanel, TrailPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.panels.status import Banner, StatusBar
from agent_app.ui.parts import theme
from agent_app.ui.parts.widgets import OneLineLabel
from shared.desk import Pop
from shared.enums import Language, SeatState
from tests.ui.party_scenes import party_scenes
from tests.ui.scenes import CALL, LONG_NAME, NOW, call, enabled, pop, scenes, seat, view
from tests.ui.stage import Stage


def _draw(gallery: Stage, made: DeskView) -> None:
    """Draws the value directly, without the presenter."""
    gallery.window.draw(made)
    gallery.window.repaint()


@pytest.mark.parametrize("language", list(Language))
def test_each_state_is_drawn_in_both_themes(gallery: Stage, language: Language) -> None:
    for chosen in (theme.Theme.LIGHT, theme.Theme.DARK):
        gallery.window.use_theme(chosen)
        for name, made in {**scenes(language), **party_scenes(language)}.items():
            _draw(gallery, made)
            page = 0 if made.needs_password else 1
            assert gallery.window.places.pages.currentIndex() == page, name
            assert gallery.window.panel(Banner).isVisibleTo(gallery.window) == (
                name in {"connecting", "offline", "headset-lost"}
            ), name
            assert gallery.window.minimumSizeHint().width() <= 1366, name
            assert gallery.window.minimumSizeHint().height() <= 728, name


def test_a_button_is_on_exactly_when_the_view_says_so(gallery: Stage) -> None:
    for name, made in {**scenes(Language.EN), **party_scenes(Language.EN)}.items():
        _draw(gallery, made)
        for command in PANELS.commands:
            face = face_of(command, made)
            wanted = face.action is None or made.enabled[face.action].on
            assert gallery.window.commands.actions[command.id].isEnabled() == wanted, (name, command.id)


def test_a_button_that_is_off_says_why(gallery: Stage) -> None:
    _draw(gallery, scenes(Language.EN)["open"])
    assert "Nothing rings." in gallery.button("answer").toolTip()
    assert gallery.button("answer").accessibleDescription() == "Nothing rings."


def test_a_pending_command_is_shown_on_its_button(gallery: Stage) -> None:
    made = scenes(Language.EN)["talking"]
    asked = enabled(replace(made, pending=(Pending(Action.HOLD, 0, 5),)))
    _draw(gallery, asked)
    assert gallery.button("hold").text() == "Hold …\nF4"
    assert not gallery.button("hold").isEnabled()
    assert "waiting for the switch" in gallery.button("hold").toolTip()


@pytest.mark.parametrize(
    ("name", "proof"),
    [
        ("ringing", "Verified by PIN: 10000017"),
        ("ringing-pending", "Not verified"),
        ("ringing-unknown", "Not verified"),
    ],
)
def test_the_caller_s_verification_is_shown(gallery: Stage, name: str, proof: str) -> None:
    _draw(gallery, scenes(Language.EN)[name])
    plate = gallery.window.panel(CustomerPanel).verified
    assert plate.isVisible()
    assert plate.text.text() == proof
    assert plate.property("tone") == ("ok" if proof.startswith("Verified") else "warn")


def test_a_caller_that_is_still_being_looked_up(gallery: Stage) -> None:
    _draw(
        gallery,
        view(Language.EN, seat=seat(SeatState.RINGING), call=call(SeatState.RINGING), pop=Pop(CALL, "1", "", None)),
    )
    assert gallery.window.panel(CustomerPanel).name.text() == "Looking up the caller …"


def test_each_account_shows_the_state_of_its_branch(gallery: Stage) -> None:
    accounts = gallery.window.panel(AccountsPanel)
    _draw(gallery, scenes(Language.EN)["ringing-pending"])
    assert accounts.state.text() == "Asking the branch …"
    _draw(gallery, scenes(Language.EN)["ringing"])
    assert accounts.state.text() == "As of 10:15:26"
    assert accounts.figures.values["assets"].text() == "1,226,162.17"
    accounts.tabs.setCurrentIndex(1)
    assert accounts.state.text() == "The branch doesn't answer."
    assert accounts.state.property("role") == "danger"
    assert accounts.figures.values["assets"].text() == "–"


def test_the_verified_account_is_shown_first(gallery: Stage) -> None:
    _draw(
        gallery,
        view(Language.EN, seat=seat(SeatState.RINGING), call=call(SeatState.RINGING), pop=pop(verified="20000345")),
    )
    assert gallery.window.panel(AccountsPanel).tabs.currentIndex() == 1


def test_times_run_by_the_switchs_clock(gallery: Stage) -> None:
    """The times are right on a PC whose clock is a day behind."""
    made = replace(scenes(Language.EN)["talking"], clock_off=86400.0)
    state = replace(
        made.state,
        seat=replace(seat(SeatState.TALKING), since=NOW + 86400 - 192),
        call=call(SeatState.TALKING, answered_at=NOW + 86400 - 61),
    )
    _draw(gallery, replace(made, state=state))
    assert gallery.window.panel(TopBar).chip.time.text() == "3:12"
    assert gallery.window.panel(CallPanel).time.text() == "1:01"
    gallery.world.now += 10
    gallery.window._tick()
    assert gallery.window.panel(CallPanel).time.text() == "1:11"


def test_the_rest_of_the_wrap_up_time_is_shown(gallery: Stage) -> None:
    _draw(gallery, scenes(Language.EN)["wrap-up"])
    assert gallery.window.panel(WrapUpPanel).left.text() == "0:21 left"
    gallery.world.now += 15
    gallery.window._tick()
    assert gallery.window.panel(WrapUpPanel).left.text() == "0:06 left"
    assert gallery.window.panel(WrapUpPanel).left.property("role") == "danger"


def test_quality_in_words(gallery: Stage) -> None:
    for loss, jitter, wanted in ((0.0, 3.0, "Sound good"), (0.02, 3.0, "Sound fair"), (0.0, 80.0, "Sound bad")):
        quality = CallQuality("leg", loss, jitter, 20, 60, 40)
        _draw(gallery, replace(scenes(Language.EN)["talking"], quality=quality))
        assert gallery.window.panel(StatusBar).quality.text.text().startswith(wanted)


def test_a_problem_is_shown_in_words_until_dismissed(gallery: Stage) -> None:
    made = scenes(Language.EN)["offline"]
    _draw(gallery, made)
    assert gallery.window.panel(StatusBar).problem.text() == "Hold: The connection was lost before the switch answered."
    assert made.problem is not None
    waiting = replace(made.problem, code="too_many_tries", action=None, wait=27.2)
    assert problem_text(waiting, gallery.window.commands) == "Too many tries; please wait. (28 s)"


def _texts(gallery: Stage) -> Iterator[QLabel]:
    yield from gallery.window.findChildren(QLabel)


def test_a_customers_text_is_never_markup(gallery: Stage) -> None:
    _draw(gallery, scenes(Language.EN)["long-names"])
    shown = [label for label in _texts(gallery) if "<b onclick" in label.text()]
    assert shown
    for label in _texts(gallery):
        rich = label.textFormat() in (Qt.TextFormat.RichText, Qt.TextFormat.AutoText)
        assert not (rich and "<" in label.text()), label.text()
    assert gallery.window.panel(CustomerPanel).name.text() == LONG_NAME.strip()
    tip = gallery.window.panel(TicketsPanel).table.rows.data(
        gallery.window.panel(TicketsPanel).table.rows.index(0, 1), Qt.ItemDataRole.ToolTipRole
    )
    assert "<b onclick" not in tip
    assert "&lt;b onclick" in tip


def test_long_names_break_no_layout(gallery: Stage) -> None:
    gallery.window.resize(1366, 728)
    _draw(gallery, scenes(Language.EN)["long-names"])
    gallery.settle_drawn()
    assert gallery.window.width() == 1366
    for part in (
        gallery.window.panel(CustomerPanel).verified,
        gallery.window.panel(StatusBar).link,
        gallery.window.panel(TopBar).menu_button,
    ):
        right = part.mapTo(gallery.window, part.rect().bottomRight())
        assert gallery.window.rect().contains(right), part
    assert (
        gallery.window.panel(CustomerPanel).verified.text.width()
        >= gallery.window.panel(CustomerPanel).verified.text.sizeHint().width()
    )


def test_a_cut_text_s_tooltip_has_the_whole_text(qapp: QApplication) -> None:
    line = OneLineLabel(wide=10)
    line.say("<i>a very long name indeed</i>")
    line.resize(40, 20)
    line.show()
    assert "&lt;i&gt;a very long name indeed" in line.toolTip()
    line.resize(900, 20)
    assert line.toolTip() == ""
    assert qapp is not None


def test_buttons_print_their_keys(gallery: Stage) -> None:
    _draw(gallery, scenes(Language.EN)["talking"])
    keys = {command.id: command.keys for command in PANELS.commands}
    for button in gallery.window.findChildren(CommandButton):
        name = next(name for name, action in gallery.window.commands.actions.items() if action is button._action)
        assert button.text().endswith(f"({keys[name]})"), button.text()
    for name, bar_button in gallery.window.panel(SeatBar).buttons.items():
        assert bar_button.text().endswith(f"\n{keys[name]}")


def test_keys_are_used_once() -> None:
    keys = [command.keys for command in PANELS.commands]
    assert len(keys) == len(set(keys))


def test_help_lists_every_command(gallery: Stage) -> None:
    table = gallery.window.panel(HelpDialog).table
    assert {table.rows.row(at).id for at in range(table.rows.rowCount())} == {command.id for command in PANELS.commands}


def test_closing_in_a_talk_asks_first(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.window.close()
    assert stage.window.isVisible()
    box = stage.window.findChild(QMessageBox)
    assert box is not None
    assert box.isVisible()
    box.defaultButton().click()
    assert stage.window.isVisible()


def test_closing_an_open_seat_logs_out_first(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.window.close()
    assert stage.window.isVisible()
    from shared.desk import Done, LogOut

    assert stage.asked() == LogOut()
    stage.world.switch.reply(Done())
    stage.until(lambda: not stage.window.isVisible())


def test_a_stale_state_is_greyed(gallery: Stage) -> None:
    _draw(gallery, scenes(Language.EN)["offline"])
    assert gallery.window.places.desk.property("stale") == "true"
    assert gallery.window.panel(TopBar).chip.word.text() == "Unknown", "Offline would be a claim"
    assert gallery.window.panel(TopBar).detail.text() == "Last known: Talking, since 10:14:15"
    plate = gallery.window.panel(CustomerPanel).verified
    assert plate.text.text() == "Was verified by PIN: 10000017"
    assert plate.property("tone") == "muted"
    _draw(gallery, scenes(Language.EN)["talking"])
    assert gallery.window.places.desk.property("stale") == "false"
    assert gallery.window.panel(TopBar).chip.word.text() == "Talking"
    assert plate.property("tone") == "ok"


@pytest.mark.parametrize("language", list(Language))
def test_at_1366_every_table_shows_all_of_its_columns(gallery: Stage, language: Language) -> None:
    window = gallery.window
    _draw(gallery, scenes(language)["talking"])
    tables = [
        window.panel(AccountsPanel).holdings,
        window.panel(AccountsPanel).orders,
        window.panel(HistoryPanel).table,
        window.panel(TrailPanel).table,
    ]
    for at, table in enumerate(tables):
        window.places.tabs.setCurrentIndex(at)
        gallery.settle_drawn()
        assert table.horizontalScrollBar().maximum() == 0, table.accessibleName()
    for table in (window.panel(QueuesPanel).table, window.panel(TicketsPanel).table):
        assert table.horizontalScrollBar().maximum() == 0, table.accessibleName()
    _draw(gallery, scenes(language)["search"])
    gallery.settle_drawn()
    assert window.panel(SearchPanel).table.horizontalScrollBar().maximum() == 0


def test_tabs_show_the_number_of_their_rows(gallery: Stage) -> None:
    window = gallery.window
    _draw(gallery, scenes(Language.EN)["talking"])
    assert window.places.tabs.tabText(0) == "Holdings 5"
    window.panel(AccountsPanel).tabs.setCurrentIndex(1)
    assert window.places.tabs.tabText(0) == "Holdings"
