"""The command line of ``agent-app``."""

import argparse
import re
from pathlib import Path
from random import Random

from msgspec import Struct

from agent_app.settings import user_folder
from shared.desk import is_phone_name
from shared.enums import Language

EPILOG = """examples:
  agent-app                                        the window, with this PC's key
  agent-app --key D:\\huawu\\desk-07.json --agent 8001
  echo PASSWORD | agent-app --agent 8001 --password-stdin
  (echo PASSWORD; cat) | agent-app --headless --agent 8001 --password-stdin --no-audio \\
      --robot answer-after=1.5,talk=4-8,disposition=enquiry,wrap=2,say=tone:400

The key file comes from the centre (switchctl desk add). Without a window, the app ends when its input ends or on SIGTERM: it locks the
seat, lets the talk end, logs out. It prints "ready" when the seat is open, then one JSON line a talk."""


class SecondsRange(Struct, frozen=True):
    """A range of seconds, from which a robot draws a random value each time."""

    low: float
    high: float

    def draw(self, random: Random) -> float:
        return random.uniform(self.low, self.high)


class RobotPlan(Struct, frozen=True):
    """A robot's plan for each call. ``disposition=""``: a random one of the switch's. ``say``: the tone that replaces the microphone."""

    answer_after: SecondsRange = SecondsRange(1.0, 2.0)
    talk: SecondsRange = SecondsRange(4.0, 8.0)
    wrap: SecondsRange = SecondsRange(1.0, 2.0)
    disposition: str = ""
    say: str = "tone:400"


class Options(Struct, frozen=True):
    key: Path
    folder: Path
    agent: str
    headless: bool
    password_stdin: bool
    robot: RobotPlan
    audio: bool
    ip: str
    desk_phone: str | None
    """``""``: the app's own phone; ``None``: as last chosen."""
    language: Language | None
    log: str
    qt: tuple[str, ...]


def span(text: str) -> SecondsRange:
    """``8`` or ``4-8`` seconds. Raises ``argparse.ArgumentTypeError``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?", text)
    if match is None or float(match[2] or match[1]) < float(match[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is not seconds, like 8 or 4-8")
    return SecondsRange(float(match[1]), float(match[2] or match[1]))


def robot_plan(text: str) -> RobotPlan:
    """``key=value`` pairs with commas between. Raises ``argparse.ArgumentTypeError``."""
    values: dict[str, str | SecondsRange] = {}
    for pair in filter(None, text.split(",")):
        key, equals, value = pair.partition("=")
        name = key.strip().replace("-", "_")
        if not equals or name not in RobotPlan.__struct_fields__:
            known = ", ".join(field.replace("_", "-") for field in RobotPlan.__struct_fields__)
            raise argparse.ArgumentTypeError(f"{pair!r}: a robot knows {known}, as in talk=4-8")
        values[name] = value if name in {"disposition", "say"} else span(value)
    return RobotPlan(**values)  # type: ignore[arg-type]  # by name, checked above


def desk_phone(text: str) -> str:
    """Raises ``argparse.ArgumentTypeError``."""
    if text and not is_phone_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no desk phone's name: 1 to 32 letters, digits, - and _")
    return text


def parser() -> argparse.ArgumentParser:
    folder = user_folder()
    made = argparse.ArgumentParser(
        "agent-app",
        description="An agent's desk (座席软件): window and phone.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--key", type=Path, metavar="FILE", help="this desk's key file (default: desk.json in the folder)"
    )
    made.add_argument(
        "--folder", "--config-dir", type=Path, default=folder, help=f"settings and logs (default: {folder})"
    )
    made.add_argument("--agent", default="", metavar="ID", help="who logs in")
    made.add_argument(
        "--password-stdin", action="store_true", help="log in at once; the password is the input's first line"
    )
    made.add_argument("--headless", action="store_true", help="no window: a robot answers, talks, writes and hangs up")
    made.add_argument("--robot", type=robot_plan, default=RobotPlan(), metavar="PLAN", help="what the robot does")
    made.add_argument("--no-audio", action="store_true", help="open no sound device")
    made.add_argument("--ip", default="", help="this PC's address for calls (default: the one towards the switch)")
    made.add_argument(
        "--desk-phone",
        type=desk_phone,
        metavar="NAME",
        help="the voice is this desk phone; '' for this PC's headset (default: as last chosen)",
    )
    made.add_argument("--language", "--lang", type=Language, help="zh_CN or en (default: as last chosen)")
    made.add_argument(
        "--log", default="INFO", type=str.upper, choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="level"
    )
    made.add_argument("--qt", action="append", default=[], metavar="OPTION", help="an option for Qt itself")
    return made


def read(argv: list[str] | None) -> Options:
    """Wrong arguments end the program with status 2 and a message on standard error."""
    made = parser()
    given = made.parse_args(argv)
    if given.headless and not (given.agent and given.password_stdin):
        made.error("--headless needs --agent ID and --password-stdin")
    if given.password_stdin and not given.agent:
        made.error("--password-stdin needs --agent ID")
    return Options(
        key=given.key or given.folder / "desk.json",
        folder=given.folder,
        agent=given.agent,
        headless=given.headless,
        password_stdin=given.password_stdin,
        robot=given.robot,
        audio=not given.no_audio,
        ip=given.ip,
        desk_phone=given.desk_phone,
        language=given.language,
        log=given.log,
        qt=tuple(given.qt),
    )
