"""What can be said to ``switchctl``: the commands as data, and the parser made from them."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from shared.enums import Role
from shared.reports import By
from switch_server.switchctl import (
    acting,
    desking,
    looking,
    offline,
    phoning,
    replaying,
    reporting,
    saving,
    sizing,
    staffing,
    typed,
)
from switch_server.switchctl.context import Context
from switch_server.switchctl.texts import CHOICES, Texts

PROGRAM = "switchctl"
Run = Callable[[Context], Awaitable[int]]
Below = Any
"""argparse's own (private) type of a group of sub-commands."""


class Argument(NamedTuple):
    """``help`` is a text's key; ``more`` goes to argparse."""

    name: str
    help: str
    more: dict[str, Any]


class Command(NamedTuple):
    """``words``: ``calls hangup``. The help text's key is ``help_<words>``. ``run`` is missing where a further word must follow."""

    words: tuple[str, ...]
    run: Run | None
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()


def option(name: str, help_key: str, **more: Any) -> Argument:
    return Argument(name, help_key, more)


JSON = option("--json", "opt_json", action="store_true")
WATCH = option("--watch", "opt_watch", nargs="?", type=typed.seconds, const=2.0, metavar="SECONDS")
LIMIT = option("--limit", "opt_limit", type=typed.limited, default=50, metavar="N")
SINCE = option("--since", "opt_since", metavar="AGE")
CALL = option("call", "arg_call", metavar="CALL")
AGENT = option("agent", "arg_agent", type=typed.id_, metavar="AGENT")
DESK = option("desk", "arg_desk", type=typed.id_, metavar="DESK")
PHONE = option("phone", "arg_phone", type=typed.id_, metavar="PHONE")
ROLE = option("--role", "opt_role", choices=[role.value for role in Role])
GROUP = option("--group", "opt_group", type=typed.line, metavar="GROUP")
SKILL = option(
    "--skill", "opt_skill", dest="skills", type=typed.skill, action="append", default=[], metavar="NAME=LEVEL"
)
STDIN = option("--password-stdin", "opt_password_stdin", action="store_true")
GENERATE = option("--generate", "opt_generate", action="store_true")
FLOWS = option("--flows", "opt_flows_folder", metavar="FOLDER")

COMMANDS = (
    Command(("status",), looking.status, (JSON, WATCH), ("status", "status --watch", "status --json | jq .troubles")),
    Command(("lines",), looking.lines, (JSON, WATCH), ("lines", "lines --watch 1")),
    Command(("cards",), looking.cards, (JSON, WATCH), ("cards --watch",)),
    Command(
        ("calls",),
        looking.calls,
        (JSON, WATCH, LIMIT, SINCE, option("--live", "opt_live", action="store_true")),
        ("calls", "calls --live --watch 1", "calls --since 1h --limit 200 --json"),
    ),
    Command(("calls", "show"), looking.call, (CALL, JSON, WATCH), ("calls show 2026082509310512300",)),
    Command(("calls", "hangup"), acting.hang_up, (CALL, JSON), ("calls hangup 2026082509310512300",)),
    Command(
        ("orders",),
        looking.orders,
        (
            JSON, WATCH, LIMIT, SINCE,
            option("--branch", "opt_branch", metavar="BRANCH"),
            option("--account", "opt_account", metavar="ACCOUNT"),
            option("--call", "opt_of_call", metavar="CALL"),
            option("--state", "opt_state", metavar="STATE"),
        ),
        ("orders --watch", "orders --branch GZ01 --since 30m", "orders --state in_doubt"),
    ),
    Command(("agents",), looking.agents, (JSON, WATCH), ("agents", "agents --watch", "agents --json")),
    Command(("queues",), looking.queues, (JSON, WATCH), ("queues --watch",)),
    Command(
        ("talks",),
        looking.talks,
        (
            JSON, WATCH, LIMIT, SINCE,
            option("--agent", "opt_agent", metavar="AGENT"),
            option("--call", "opt_of_call", metavar="CALL"),
        ),
        ("talks", "talks --agent 1001 --since 1d"),
    ),
    Command(
        ("report",),
        reporting.report,
        (
            option("by", "arg_report", choices=[by.value for by in By]),
            option("--from", "opt_from", dest="first", type=reporting.day, metavar="DAY"),
            option("--to", "opt_to", dest="last", type=reporting.day, metavar="DAY"),
            option("--queue", "opt_queue", metavar="QUEUE"),
            option("--agent", "opt_report_agent", type=typed.id_, metavar="AGENT"),
            option("--group", "opt_report_group", type=typed.line, metavar="GROUP"),
            option("--csv", "opt_csv", action="store_true"),
            JSON,
        ),
        (
            "report queues",
            "report agents --from yesterday --to yesterday",
            "report hours --queue trading --from 2026-09-01 --to 2026-09-30",
            "report days --agent 1001 --from 2026-09-01 --csv > september.csv",
            "report branches --json",
        ),
    ),
    Command(
        ("staffing",),
        sizing.run,
        (
            option("--calls-per-hour", "opt_calls_per_hour", type=sizing.calls, metavar="CALLS"),
            option("--aht", "opt_aht", type=sizing.seconds, metavar="SECONDS"),
            option("--target", "opt_target", type=sizing.target, default=(0.8, 20.0), metavar="PERCENT/SECONDS"),
            option("--shrinkage", "opt_shrinkage", type=sizing.shrinkage, default=0.0, metavar="PERCENT"),
            option("--from-days", "opt_from_days", type=sizing.number_of_days, metavar="DAYS"),
            option("--queue", "opt_queue", metavar="QUEUE"),
            JSON,
        ),
        (
            "staffing --calls-per-hour 120 --aht 180 --target 80/20",
            "staffing --calls-per-hour 120 --aht 180 --shrinkage 30",
            "staffing --from-days 20 --queue trading --target 90/15",
        ),
    ),
    Command(("agent",), None),
    Command(
        ("agent", "add"),
        staffing.add,
        (
            AGENT, option("--name", "opt_name", type=typed.name, required=True, metavar="NAME"),
            ROLE, GROUP, SKILL, STDIN, GENERATE, JSON,
        ),
        (
            "agent add 1001 --name 张三 --skill trading=3 --group A",
            "agent add 1002 --name 李四 --role supervisor --group A --generate",
            "agent add 1003 --name 王五 --password-stdin < password.txt",
        ),
    ),
    Command(
        ("agent", "change"),
        staffing.change,
        (AGENT, option("--name", "opt_name", type=typed.name, metavar="NAME"), ROLE, GROUP, SKILL, JSON),
        ("agent change 1001 --skill trading=5 --skill fund=2", "agent change 1001 --skill fund=0"),
    ),
    Command(
        ("agent", "password"),
        staffing.set_password,
        (AGENT, STDIN, GENERATE, JSON),
        ("agent password 1001", "agent password 1001 --generate"),
    ),
    Command(("agent", "disable"), staffing.disable, (AGENT, JSON), ("agent disable 1001",)),
    Command(("agent", "enable"), staffing.enable, (AGENT, JSON), ("agent enable 1001",)),
    Command(("agent", "logout"), staffing.log_out, (AGENT, JSON), ("agent logout 1001",)),
    Command(("agent", "remove"), staffing.remove, (AGENT, JSON), ("agent remove 1001",)),
    Command(("desk",), None),
    Command(
        ("desk", "add"),
        desking.add,
        (
            DESK,
            option("--key", "opt_key", type=typed.key, metavar="KEY"),
            option("--out", "opt_out", metavar="FILE"),
            option("--endpoint", "opt_endpoint", type=typed.endpoint, metavar="ENDPOINT"),
            option("--force", "opt_force_desk", action="store_true"),
            JSON,
        ),
        ("desk add desk-07", "desk add desk-07 --out /media/usb/desk-07.key --endpoint tcp://192.0.2.1:5581"),
    ),
    Command(("desk", "list"), looking.desks, (JSON, WATCH), ("desk list",)),
    Command(("desk", "remove"), desking.remove, (DESK, JSON), ("desk remove desk-07",)),
    Command(("phone",), None),
    Command(
        ("phone", "add"),
        phoning.add,
        (PHONE, option("--desk", "opt_desk", type=typed.id_, metavar="DESK"), STDIN, GENERATE, JSON),
        (
            "phone add front-1 --desk desk-07 --generate",
            "phone add front-2 --password-stdin < password.txt",
        ),
    ),
    Command(("phone", "list"), looking.phones, (JSON, WATCH), ("phone list", "phone list --watch")),
    Command(
        ("phone", "password"),
        phoning.set_password,
        (PHONE, STDIN, GENERATE, JSON),
        ("phone password front-1 --generate",),
    ),
    Command(("phone", "remove"), phoning.remove, (PHONE, JSON), ("phone remove front-1",)),
    Command(("branches",), looking.branches, (JSON, WATCH), ("branches", "branches --watch")),
    Command(("counters",), looking.counters, (JSON, WATCH), ("counters --json",)),
    Command(
        ("recording",),
        acting.recording,
        (
            option("call", "arg_recorded", metavar="CALL"),
            option("-o", "opt_output", dest="output", metavar="FILE"),
            option("--force", "opt_force", action="store_true"),
        ),
        ("recording 2026082509310512300", "recording 2026082509310512300r2", "recording 2026082509310512300 -o - | aplay"),
    ),
    Command(
        ("replay",),
        replaying.replay,
        (CALL, JSON, option("--journal", "opt_journal", metavar="FOLDER")),
        ("replay 2026082509310512300", "replay 2026082509310512300 --journal /var/lib/huawu/journal --json"),
    ),
    Command(("reload",), acting.reload, (JSON,), ("reload",)),
    Command(("flows",), None),
    Command(
        ("flows", "check"),
        offline.flows_check,
        (
            option("files", "arg_flow_files", nargs="*", metavar="FILE"),
            FLOWS,
            option("--prompts", "opt_prompts", action="append", default=[], metavar="FOLDER"),
            option("--config", "opt_config", metavar="FILE"),
            JSON,
        ),
        ("flows check", "flows check --config huawu.yaml", "flows check my/flow.yaml --prompts my/prompts"),
    ),
    Command(
        ("flows", "show"),
        offline.flows_show,
        (
            option("flow", "arg_flow", nargs="?", metavar="FLOW"),
            FLOWS,
            option("--mermaid", "opt_mermaid", action="store_true"),
        ),
        ("flows show main", "flows show main --mermaid > main.mmd"),
    ),
    Command(("accounts",), None),
    Command(
        ("accounts", "unlock"),
        acting.unlock,
        (option("account", "arg_account", metavar="ACCOUNT"), JSON),
        ("accounts unlock 60010123",),
    ),
    Command(("numbers",), None),
    Command(
        ("numbers", "unlock"),
        acting.unlock_number,
        (option("number", "arg_calling_number", metavar="NUMBER"), JSON),
        ("numbers unlock 02055501234", "numbers unlock withheld"),
    ),
    Command(("customers",), None),
    Command(
        ("customers", "find"),
        looking.customers,
        (option("text", "arg_text", metavar="TEXT"), JSON, LIMIT),
        ("customers find lxm", "customers find 1390001", "customers find 李"),
    ),
    Command(("audit",), looking.audit, (JSON, LIMIT), ("audit --limit 20",)),
    Command(("config",), None),
    Command(
        ("config", "check"),
        offline.config_check,
        (option("file", "arg_config", metavar="FILE"), JSON),
        ("config check huawu.yaml",),
    ),
    Command(("demo",), None),
    Command(
        ("demo", "accounts"),
        offline.demo_accounts,
        (option("--demo-folder", "opt_demo_folder", metavar="FOLDER"), JSON),
        ("demo accounts", "demo accounts --json"),
    ),
    Command(
        ("backup",),
        saving.backup,
        (option("folder", "arg_backup", metavar="FOLDER"), JSON),
        ("backup /backup/huawu-20260901", "backup /backup/huawu-20260901 --json"),
    ),
    Command(
        ("drain",), acting.drain, (option("--now", "opt_now", action="store_true"), JSON), ("drain", "drain --now")
    ),
)  # fmt: skip


def parser(texts: Texts) -> argparse.ArgumentParser:
    """``run`` is set on the options of a command; ``words`` says which it was."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--socket", metavar="PATH", default=argparse.SUPPRESS, help=texts("opt_socket"))
    common.add_argument("--lang", choices=CHOICES, default=argparse.SUPPRESS, help=texts("opt_lang"))
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        description=texts("about"),
        epilog=_examples(texts, _all_first()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    within: dict[tuple[str, ...], Below] = {(): _below(top, texts)}
    made: dict[tuple[str, ...], argparse.ArgumentParser] = {}
    for command in COMMANDS:
        parent = command.words[:-1]
        if parent not in within:
            within[parent] = _below(made[parent], texts, required=_command(parent).run is None)
        made[command.words] = _add(within[parent], command, texts, common)
    return top


def _add(within: Below, command: Command, texts: Texts, common: argparse.ArgumentParser) -> argparse.ArgumentParser:
    about = texts(f"help_{'_'.join(command.words)}")
    made: argparse.ArgumentParser = within.add_parser(
        command.words[-1],
        help=about,
        description=about,
        epilog=_examples(texts, command.examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    for argument in command.arguments:
        more = argument.more
        if "type" in more:
            more = {**more, "type": _explained(more["type"], texts)}
        made.add_argument(argument.name, help=texts(argument.help), **more)
    if command.run is not None:
        made.set_defaults(run=command.run)
    return made


def _explained(convert: Callable[[str], Any], texts: Texts) -> Callable[[str], Any]:
    """A converter whose error is a text's key says that text."""

    def converted(text: str) -> Any:
        try:
            return convert(text)
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(texts(str(error), text=text)) from None

    return converted


def _below(parent: argparse.ArgumentParser, texts: Texts, *, required: bool = True) -> Below:
    return parent.add_subparsers(required=required, metavar="COMMAND", title=texts("commands"))


def _command(words: tuple[str, ...]) -> Command:
    return next(command for command in COMMANDS if command.words == words)


def _all_first() -> tuple[str, ...]:
    return tuple(command.examples[0] for command in COMMANDS if command.examples)


def _examples(texts: Texts, examples: tuple[str, ...]) -> str:
    if not examples:
        return texts("exit_statuses")
    shown = "\n".join(f"  {PROGRAM} {example}" for example in examples)
    return f"{texts('examples')}\n{shown}\n\n{texts('exit_statuses')}"
