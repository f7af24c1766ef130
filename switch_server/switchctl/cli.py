# Over 400 lines: the table of all commands.
"""The commands of ``switchctl`` as data, and the parser that is made from them."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from shared.enums import Role
from shared.reports import By
from switch_server.switchctl import (
    actions,
    agents,
    argument_types,
    backup,
    desks,
    faxing,
    offline,
    phones,
    queries,
    replaying,
    reporting,
    staffing,
    trunk_numbers,
)
from switch_server.switchctl.context import Context
from switch_server.switchctl.texts import CHOICES, Texts

PROGRAM = "switchctl"
CommandFunction = Callable[[Context], Awaitable[int]]
SubParsers = Any
"""Stands for argparse's private type of a group of sub-commands."""


class Argument(NamedTuple):
    """``help`` is a text's key; ``more`` are further parameters of ``add_argument``."""

    name: str
    help: str
    more: dict[str, Any]


class CliCommand(NamedTuple):
    """``words``: for example ``("calls", "hangup")``, whose help text has the key ``help_calls_hangup``.

    ``run`` is ``None`` where a sub-command is required.
    """

    words: tuple[str, ...]
    run: CommandFunction | None
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()


def option(name: str, help_key: str, **more: Any) -> Argument:
    return Argument(name, help_key, more)


JSON = option("--json", "opt_json", action="store_true")
WATCH = option("--watch", "opt_watch", nargs="?", type=argument_types.seconds, const=2.0, metavar="SECONDS")
LIMIT = option("--limit", "opt_limit", type=argument_types.limited, default=50, metavar="N")
SINCE = option("--since", "opt_since", metavar="AGE")
CALL = option("call", "arg_call", metavar="CALL")
AGENT = option("agent", "arg_agent", type=argument_types.id_, metavar="AGENT")
DESK = option("desk", "arg_desk", type=argument_types.id_, metavar="DESK")
PHONE = option("phone", "arg_phone", type=argument_types.id_, metavar="PHONE")
ROLE = option("--role", "opt_role", choices=[role.value for role in Role])
GROUP = option("--group", "opt_group", type=argument_types.line, metavar="GROUP")
SKILL = option(
    "--skill", "opt_skill", dest="skills", type=argument_types.skill, action="append", default=[], metavar="NAME=LEVEL"
)
STDIN = option("--password-stdin", "opt_password_stdin", action="store_true")
GENERATE = option("--generate", "opt_generate", action="store_true")
TRUNK = option("trunk", "arg_trunk", metavar="TRUNK")
LINE = option("line", "arg_line", type=argument_types.line_number, metavar="LINE")
FAX = option("fax", "arg_fax", metavar="FAX")
FLOWS = option("--flows", "opt_flows_folder", metavar="FOLDER")

COMMANDS = (
    CliCommand(("status",), queries.status, (JSON, WATCH), ("status", "status --watch", "status --json | jq .troubles")),
    CliCommand(("lines",), queries.lines, (JSON, WATCH), ("lines", "lines --watch 1")),
    CliCommand(
        ("lines", "show"),
        queries.card_lines,
        (option("trunk", "arg_trunk_shown", nargs="?", metavar="TRUNK"), JSON, WATCH),
        ("lines show", "lines show box --watch"),
    ),
    CliCommand(("lines", "block"), actions.block_line, (TRUNK, LINE, JSON), ("lines block box 7",)),
    CliCommand(("lines", "free"), actions.free_line, (TRUNK, LINE, JSON), ("lines free box 7",)),
    CliCommand(("trunks",), queries.trunks, (JSON, WATCH), ("trunks", "trunks --watch")),
    CliCommand(
        ("trunks", "number"),
        trunk_numbers.number,
        (
            TRUNK,
            option("number", "arg_number", metavar="NUMBER"),
            option("--in", "opt_number_in", dest="incoming", action="store_true"),
            option("--out", "opt_number_out", dest="outgoing", action="store_true"),
            option("--config", "opt_number_config", default="huawu.yaml", metavar="FILE"),
            JSON,
        ),
        ("trunks number city +8613900012345 --in", "trunks number city 02155550100 --out --config huawu.yaml"),
    ),
    CliCommand(("cards",), queries.cards, (JSON, WATCH), ("cards --watch",)),
    CliCommand(
        ("calls",),
        queries.calls,
        (JSON, WATCH, LIMIT, SINCE, option("--live", "opt_live", action="store_true")),
        ("calls", "calls --live --watch 1", "calls --since 1h --limit 200 --json"),
    ),
    CliCommand(("calls", "show"), queries.call, (CALL, JSON, WATCH), ("calls show 2026082509310512300",)),
    CliCommand(("calls", "trace"), queries.traced_number, (CALL, JSON), ("calls trace 2026082509310512300",)),
    CliCommand(("calls", "hangup"), actions.hang_up, (CALL, JSON), ("calls hangup 2026082509310512300",)),
    CliCommand(
        ("orders",),
        queries.orders,
        (
            JSON, WATCH, LIMIT, SINCE,
            option("--branch", "opt_branch", metavar="BRANCH"),
            option("--account", "opt_account", metavar="ACCOUNT"),
            option("--call", "opt_of_call", metavar="CALL"),
            option("--state", "opt_state", metavar="STATE"),
        ),
        ("orders --watch", "orders --branch GZ01 --since 30m", "orders --state in_doubt"),
    ),
    CliCommand(("agents",), queries.agents, (JSON, WATCH), ("agents", "agents --watch", "agents --json")),
    CliCommand(("queues",), queries.queues, (JSON, WATCH), ("queues --watch",)),
    CliCommand(
        ("talks",),
        queries.talks,
        (
            JSON, WATCH, LIMIT, SINCE,
            option("--agent", "opt_agent", metavar="AGENT"),
            option("--call", "opt_of_call", metavar="CALL"),
        ),
        ("talks", "talks --agent 1001 --since 1d"),
    ),
    CliCommand(
        ("report",),
        reporting.report,
        (
            option("by", "arg_report", choices=[by.value for by in By]),
            option("--from", "opt_from", dest="first", type=reporting.day, metavar="DAY"),
            option("--to", "opt_to", dest="last", type=reporting.day, metavar="DAY"),
            option("--queue", "opt_queue", metavar="QUEUE"),
            option("--agent", "opt_report_agent", type=argument_types.id_, metavar="AGENT"),
            option("--group", "opt_report_group", type=argument_types.line, metavar="GROUP"),
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
    CliCommand(
        ("staffing",),
        staffing.run,
        (
            option("--calls-per-hour", "opt_calls_per_hour", type=staffing.calls, metavar="CALLS"),
            option("--aht", "opt_aht", type=staffing.seconds, metavar="SECONDS"),
            option("--target", "opt_target", type=staffing.target, default=(0.8, 20.0), metavar="PERCENT/SECONDS"),
            option("--shrinkage", "opt_shrinkage", type=staffing.shrinkage, default=0.0, metavar="PERCENT"),
            option("--from-days", "opt_from_days", type=staffing.number_of_days, metavar="DAYS"),
            option("--queue", "opt_queue", metavar="QUEUE"),
            JSON,
        ),
        (
            "staffing --calls-per-hour 120 --aht 180 --target 80/20",
            "staffing --calls-per-hour 120 --aht 180 --shrinkage 30",
            "staffing --from-days 20 --queue trading --target 90/15",
        ),
    ),
    CliCommand(("agent",), None),
    CliCommand(
        ("agent", "add"),
        agents.add,
        (
            AGENT, option("--name", "opt_name", type=argument_types.name, required=True, metavar="NAME"),
            ROLE, GROUP, SKILL, STDIN, GENERATE, JSON,
        ),
        (
            "agent add 1001 --name 张三 --skill trading=3 --group A",
            "agent add 1002 --name 李四 --role supervisor --group A --generate",
            "agent add 1003 --name 王五 --password-stdin < password.txt",
        ),
    ),
    CliCommand(
        ("agent", "change"),
        agents.change,
        (AGENT, option("--name", "opt_name", type=argument_types.name, metavar="NAME"), ROLE, GROUP, SKILL, JSON),
        ("agent change 1001 --skill trading=5 --skill fund=2", "agent change 1001 --skill fund=0"),
    ),
    CliCommand(
        ("agent", "password"),
        agents.set_password,
        (AGENT, STDIN, GENERATE, JSON),
        ("agent password 1001", "agent password 1001 --generate"),
    ),
    CliCommand(("agent", "disable"), agents.disable, (AGENT, JSON), ("agent disable 1001",)),
    CliCommand(("agent", "enable"), agents.enable, (AGENT, JSON), ("agent enable 1001",)),
    CliCommand(("agent", "logout"), agents.log_out, (AGENT, JSON), ("agent logout 1001",)),
    CliCommand(("agent", "remove"), agents.remove, (AGENT, JSON), ("agent remove 1001",)),
    CliCommand(("desk",), None),
    CliCommand(
        ("desk", "add"),
        desks.add,
        (
            DESK,
            option("--key", "opt_key", type=argument_types.key, metavar="KEY"),
            option("--out", "opt_out", metavar="FILE"),
            option("--endpoint", "opt_endpoint", type=argument_types.endpoint, metavar="ENDPOINT"),
            option("--force", "opt_force_desk", action="store_true"),
            JSON,
        ),
        ("desk add desk-07", "desk add desk-07 --out /media/usb/desk-07.key --endpoint tcp://192.0.2.1:5581"),
    ),
    CliCommand(("desk", "list"), queries.desks, (JSON, WATCH), ("desk list",)),
    CliCommand(("desk", "remove"), desks.remove, (DESK, JSON), ("desk remove desk-07",)),
    CliCommand(("phone",), None),
    CliCommand(
        ("phone", "add"),
        phones.add,
        (PHONE, option("--desk", "opt_desk", type=argument_types.id_, metavar="DESK"), STDIN, GENERATE, JSON),
        (
            "phone add front-1 --desk desk-07 --generate",
            "phone add front-2 --password-stdin < password.txt",
        ),
    ),
    CliCommand(("phone", "list"), queries.phones, (JSON, WATCH), ("phone list", "phone list --watch")),
    CliCommand(
        ("phone", "password"),
        phones.set_password,
        (PHONE, STDIN, GENERATE, JSON),
        ("phone password front-1 --generate",),
    ),
    CliCommand(("phone", "remove"), phones.remove, (PHONE, JSON), ("phone remove front-1",)),
    CliCommand(("fax",), None),
    CliCommand(
        ("fax", "list"),
        faxing.list_,
        (
            JSON, WATCH, LIMIT, SINCE,
            option("--open", "opt_fax_open", action="store_true"),
            option("--direction", "opt_fax_direction", choices=faxing.DIRECTIONS),
            option("--state", "opt_state", metavar="STATE"),
            option("--agent", "opt_agent", type=argument_types.id_, metavar="AGENT"),
        ),
        ("fax list", "fax list --open --watch", "fax list --direction in --since 1d --json"),
    ),
    CliCommand(("fax", "show"), faxing.show, (FAX, JSON, WATCH), ("fax show f2026082509310512300",)),
    CliCommand(
        ("fax", "send"),
        faxing.send,
        (
            option("file", "arg_fax_file", metavar="FILE"),
            option("--to", "opt_fax_to", type=faxing.number, required=True, metavar="NUMBER"),
            option("--at", "opt_fax_at", type=faxing.moment, metavar="TIME"),
            option("--dry-run", "opt_fax_dry_run", action="store_true"),
            JSON,
        ),
        ("fax send letter.pdf --to 02083001234", "fax send list.txt --to 02083001234 --at 08:30 --dry-run"),
    ),
    CliCommand(("fax", "retry"), faxing.retry, (FAX, JSON), ("fax retry f2026082509310512300",)),
    CliCommand(("fax", "cancel"), faxing.cancel, (FAX, JSON), ("fax cancel f2026082509310512300",)),
    CliCommand(("branches",), queries.branches, (JSON, WATCH), ("branches", "branches --watch")),
    CliCommand(("counters",), queries.counters, (JSON, WATCH), ("counters --json",)),
    CliCommand(
        ("recording",),
        actions.recording,
        (
            option("call", "arg_recorded", metavar="CALL"),
            option("-o", "opt_output", dest="output", metavar="FILE"),
            option("--force", "opt_force", action="store_true"),
        ),
        ("recording 2026082509310512300", "recording 2026082509310512300r2", "recording 2026082509310512300 -o - | aplay"),
    ),
    CliCommand(
        ("replay",),
        replaying.replay,
        (CALL, JSON, option("--journal", "opt_journal", metavar="FOLDER")),
        ("replay 2026082509310512300", "replay 2026082509310512300 --journal /var/lib/huawu/journal --json"),
    ),
    CliCommand(("reload",), actions.reload, (JSON,), ("reload",)),
    CliCommand(("flows",), None),
    CliCommand(
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
    CliCommand(
        ("flows", "show"),
        offline.flows_show,
        (
            option("flow", "arg_flow", nargs="?", metavar="FLOW"),
            FLOWS,
            option("--mermaid", "opt_mermaid", action="store_true"),
        ),
        ("flows show main", "flows show main --mermaid > main.mmd"),
    ),
    CliCommand(("accounts",), None),
    CliCommand(
        ("accounts", "unlock"),
        actions.unlock,
        (option("account", "arg_account", metavar="ACCOUNT"), JSON),
        ("accounts unlock 60010123",),
    ),
    CliCommand(("numbers",), None),
    CliCommand(
        ("numbers", "unlock"),
        actions.unlock_number,
        (option("number", "arg_calling_number", metavar="NUMBER"), JSON),
        ("numbers unlock 02055501234", "numbers unlock withheld"),
    ),
    CliCommand(("customers",), None),
    CliCommand(
        ("customers", "find"),
        queries.customers,
        (option("text", "arg_text", metavar="TEXT"), JSON, LIMIT),
        ("customers find lxm", "customers find 1390001", "customers find 李"),
    ),
    CliCommand(("audit",), queries.audit, (JSON, LIMIT), ("audit --limit 20",)),
    CliCommand(("config",), None),
    CliCommand(
        ("config", "check"),
        offline.config_check,
        (option("file", "arg_config", metavar="FILE"), JSON),
        ("config check huawu.yaml",),
    ),
    CliCommand(("demo",), None),
    CliCommand(
        ("demo", "accounts"),
        offline.demo_accounts,
        (option("--demo-folder", "opt_demo_folder", metavar="FOLDER"), JSON),
        ("demo accounts", "demo accounts --json"),
    ),
    CliCommand(
        ("backup",),
        backup.backup,
        (option("folder", "arg_backup", metavar="FOLDER"), JSON),
        ("backup /backup/huawu-20260901", "backup /backup/huawu-20260901 --json"),
    ),
    CliCommand(
        ("drain",), actions.drain, (option("--now", "opt_now", action="store_true"), JSON), ("drain", "drain --now")
    ),
)  # fmt: skip


def parser(texts: Texts) -> argparse.ArgumentParser:
    """The parser of all commands; the parsed options have the command's function as ``run``."""
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
    within: dict[tuple[str, ...], SubParsers] = {(): _subparsers(top, texts)}
    made: dict[tuple[str, ...], argparse.ArgumentParser] = {}
    for command in COMMANDS:
        parent = command.words[:-1]
        if parent not in within:
            within[parent] = _subparsers(made[parent], texts, required=_command(parent).run is None)
        made[command.words] = _add(within[parent], command, texts, common)
    return top


def _add(
    within: SubParsers, command: CliCommand, texts: Texts, common: argparse.ArgumentParser
) -> argparse.ArgumentParser:
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
    """Wraps a converter: the text's key in its ``ArgumentTypeError`` is replaced by the text."""

    def converted(text: str) -> Any:
        try:
            return convert(text)
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(texts(str(error), text=text)) from None

    return converted


def _subparsers(parent: argparse.ArgumentParser, texts: Texts, *, required: bool = True) -> SubParsers:
    return parent.add_subparsers(required=required, metavar="COMMAND", title=texts("commands"))


def _command(words: tuple[str, ...]) -> CliCommand:
    return next(command for command in COMMANDS if command.words == words)


def _all_first() -> tuple[str, ...]:
    return tuple(command.examples[0] for command in COMMANDS if command.examples)


def _examples(texts: Texts, examples: tuple[str, ...]) -> str:
    if not examples:
        return texts("exit_statuses")
    shown = "\n".join(f"  {PROGRAM} {example}" for example in examples)
    return f"{texts('examples')}\n{shown}\n\n{texts('exit_statuses')}"
