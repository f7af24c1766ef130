"""``switchctl trunks number``: what a trunk's rules make of a number, rule by rule. Needs no running switch."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from switch_server.core.words import NumberRule, Trunk, result, trial
from switch_server.services.config_file import load_config
from switch_server.services.strict_yaml import ConfigError
from switch_server.switchctl import tables
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, CommandRefused
from switch_server.switchctl.fitting_table import FittingTable
from switch_server.switchctl.offline import tell_problems


class NumberStep(Struct, frozen=True):
    """One rule of a list (``caller_in`` …), tried on ``number``. ``became``: ``None`` where the rule does not fit; then the next one is tried.

    ``rule``: as in the file, ``house`` before a rule that every trunk has, ``=`` for the result of the list.
    """

    list: str
    rule: str
    number: str
    became: str | None


async def number(context: Context) -> int:
    given = context.options
    try:
        config, _ = load_config(Path(given.config))
    except ConfigError as error:
        return tell_problems(context, error)
    trunk = next((each for each in config.trunks if each.name == given.trunk), None)
    if trunk is None:
        raise CommandRefused("no_trunk", trunk=given.trunk, known=", ".join(each.name for each in config.trunks))
    both = given.incoming == given.outgoing
    steps = tuple(_steps(trunk, given.number, incoming=both or given.incoming, outgoing=both or given.outgoing))
    if context.json:
        context.print_json({"format": 1, "type": "NumberSteps", "rows": steps})
    else:
        context.print(FittingTable(context.texts("title_number"), tables.NUMBER_STEPS, steps, context.texts))
    return OK


def _steps(trunk: Trunk, number: str, *, incoming: bool, outgoing: bool) -> Iterator[NumberStep]:
    rules = trunk.number_rules
    for name in rules.__struct_fields__:
        comes_in = name.endswith("_in")
        if not (incoming if comes_in else outgoing):
            continue
        steps = trial(getattr(rules, name), number, incoming=comes_in)
        yield from (NumberStep(name, _shown(step.rule, own=step.own), step.number, step.became) for step in steps)
        yield NumberStep(name, "=", number, result(number, steps))


def _shown(rule: NumberRule, *, own: bool) -> str:
    lengths = rule.length if isinstance(rule.length, int) else ", ".join(map(str, rule.length))
    parts = [f'starts "{rule.starts}"'] if rule.starts else []
    parts += [f"length {lengths}"] if lengths else []
    parts += [f"cut {rule.cut}"] if rule.cut else []
    parts += [f'add "{rule.add}"'] if rule.add else []
    return ("" if own else "house: ") + (", ".join(parts) or "–")
