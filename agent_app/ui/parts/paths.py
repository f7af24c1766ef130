"""The folder of the window's resources: beside the sources, or beside a frozen program."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[3] / "resources" / "agent_app"
TRANSLATIONS = RESOURCES / "i18n"
