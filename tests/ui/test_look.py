"""The measurable part of the window's look: light and dark, contrast, icons, scaling. The rest is seen in pictures (``python -m tests.ui.shots``)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from agent_app.ui.call.panel import CallPanel
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.parts import theme
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.paths import RESOURCES
from shared.enums import Language, SeatState
from tests.ui.scenes import scenes
from tests.ui.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])


def _luminance(colour: str) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@BOTH
def test_text_can_be_read(tokens: theme.ThemeTokens) -> None:
    for text in (tokens.text, tokens.muted, tokens.danger, tokens.ok, tokens.warn):
        for back in (tokens.base, tokens.window, tokens.raised):
            assert contrast(text, back) >= 4.5, (text, back)
    pairs = [
        (tokens.on_accent, tokens.accent), (tokens.warn, tokens.warn_back), (tokens.danger, tokens.danger_back),
        (tokens.ok, tokens.ok_back), (tokens.text, tokens.select),
    ]  # fmt: skip
    for text, back in pairs:
        assert contrast(text, back) >= 4.5, (text, back)
    assert contrast(tokens.accent, tokens.base) >= 3, "the ring around what has the focus (1.4.11)"


def test_a_states_word_can_be_read_on_its_colour() -> None:
    assert set(theme.STATE_COLOURS) == set(SeatState)
    for colour in theme.STATE_COLOURS.values():
        assert contrast(theme.ON_STATE, colour) >= 4.5


def test_states_differ_in_icon_and_word_too(gallery: Stage) -> None:
    assert gallery.window.panel(TopBar).chip.word.text()
    pictures = {state: (RESOURCES / "icons" / f"{state}.svg").read_text(encoding="utf-8") for state in SeatState}
    assert len(set(pictures.values())) == len(SeatState)


def test_every_command_s_icon_exists(qapp: QApplication) -> None:
    assert qapp is not None
    for face in [face for command in PANELS.commands for face in command.faces if face.icon]:
        assert not icon(face.icon, "#123456").isNull()
    with pytest.raises(FileNotFoundError):
        icon("no-such", "#123456")


def test_icons_are_drawn_in_the_given_colour(qapp: QApplication) -> None:
    assert qapp is not None
    image = icon("hold", "#ff0000").pixmap(32, 32).toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#ff0000"}


@BOTH
def test_the_style_sheet_has_no_unreplaced_name(tokens: theme.ThemeTokens) -> None:
    sheet = theme.sheet(tokens)
    assert re.findall(r"@\w+", sheet) == []
    assert not re.search(r"font-size:\s*\d+px", sheet), "fonts follow the system's size"


def test_the_dark_theme_is_dark_and_saved(gallery: Stage) -> None:
    gallery.window.draw(scenes(Language.EN)["talking"])
    light = _mean(gallery.window.grab().toImage())
    gallery.window.commands.actions["theme"].trigger()
    assert gallery.world.settings.get("theme") == "dark"
    dark = _mean(gallery.window.grab().toImage())
    assert light > 200
    assert dark < 80
    gallery.window.commands.actions["theme"].trigger()
    assert gallery.world.settings.get("theme") == "system", "which is light here"
    assert _mean(gallery.window.grab().toImage()) > 200


def test_a_chosen_theme_replaces_the_system_s(qapp: QApplication) -> None:
    assert qapp is not None
    theme.use(theme.Theme.SYSTEM)
    assert theme.tokens() in (theme.LIGHT, theme.DARK)
    theme.use(theme.Theme.DARK)
    assert theme.tokens() is theme.DARK
    theme.use(theme.Theme.LIGHT)
    assert theme.tokens() is theme.LIGHT


def _mean(image: QImage) -> float:
    small = image.scaled(16, 16)
    return sum(small.pixelColor(x, y).lightness() for x in range(16) for y in range(16)) / 256


SCALED = """
import sys
from agent_app.ui.frame.app import application
from tests.ui.stage import Stage
from tests.ui.scenes import scenes
from shared.enums import Language
app = application(["-platform", "offscreen"])
stage = Stage()
stage.window.resize(1366, 728)
for name, view in scenes(Language.ZH).items():
    stage.window.draw(view)
    stage.settle_drawn()
    if stage.window.size().toTuple() != (1366, 728):
        sys.exit(f"{name}: {stage.window.size().toTuple()}")
print(stage.window.devicePixelRatioF(), stage.window.grab().width())
stage.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "pixels"), [("1", 1366), ("2", 2732)])
def test_scaled_to_4k_the_window_has_the_same_size_with_more_pixels(scale: str, pixels: int) -> None:
    """Scale 2 is a 4K screen at 200 %, with room for 1920×1080 logical pixels."""
    done = subprocess.run(
        [sys.executable, "-c", SCALED], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "QT_SCALE_FACTOR": scale},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [f"{float(scale)}", str(pixels)]


def test_a_large_font_makes_it_larger_not_broken(gallery: Stage) -> None:
    label = gallery.window.panel(CallPanel).state
    assert label.font().pointSizeF() > 0
    assert label.font().pixelSize() == -1
