"""Chinese words of the window: ``python -m tests.ui.translations`` takes new English texts into the ``.ts`` file and compiles the ``.qm``.

Both files are committed. Then write the Chinese of the texts that are listed as missing into ``huawu_zh_CN.ts`` (by hand or with
``pyside6-linguist``) and run the command again. ``lupdate`` and ``lrelease`` are in the PySide6 wheels.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "agent_app" / "ui"
TS = ROOT / "resources" / "agent_app" / "i18n" / "huawu_zh_CN.ts"
QM = TS.with_suffix(".qm")


def messages(path: Path = TS) -> dict[tuple[str, str], str]:
    """(context, English) -> Chinese, ``""`` where it is missing."""
    found: dict[tuple[str, str], str] = {}
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") is None
            found[name, message.findtext("source", "")] = (
                (translation.text or "") if done and translation is not None else ""
            )
    return found


def update(ts: Path = TS) -> None:
    """Takes the texts of the sources into ``ts`` and removes texts that the sources no longer have."""
    sources = sorted(str(path.relative_to(ROOT)) for path in SOURCES.rglob("*.py"))
    _run(["pyside6-lupdate", *sources, "-ts", str(ts), "-no-obsolete", "-locations", "none"])


def compile_qm(ts: Path = TS, qm: Path = QM) -> None:
    _run(["pyside6-lrelease", str(ts), "-qm", str(qm)])


def _run(argv: list[str]) -> None:
    program = Path(sys.executable).with_name(argv[0])
    done = subprocess.run([str(program), *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    update()
    compile_qm()
    missing = [source for source, chinese in messages().items() if not chinese]
    for context, source in missing:
        print(f"{context}: {source}")
    print(f"{len(messages())} texts, {len(missing)} without Chinese")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
