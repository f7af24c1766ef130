"""Commands that need no running switch: flows, configuration, the demonstration's customers."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from shared.money import format_yuan
from switch_server.core.flow import Flow, FlowContext
from switch_server.services.config_file import callable_trunks, load_config, queue_names
from switch_server.services.demo_data import DemoCustomer, read_world
from switch_server.services.flow_picture import mermaid, tree
from switch_server.services.flows import flow_context, load_flow, load_flows, read_flow_file
from switch_server.services.folders import RESOURCES, demo_folder, demo_world
from switch_server.services.strict_yaml import ConfigError
from switch_server.switchctl import tables
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, REFUSED, CommandRefused
from switch_server.switchctl.fitting_table import FittingTable

PRODUCT_FLOWS = RESOURCES / "flows"


async def flows_check(context: Context) -> int:
    """Checks flows. Prompts are looked for in the product's folder and in the folders of ``--prompts`` and of ``--config``.

    Trunks and queues are those of the configuration; without a configuration there are no trunks and only the queue ``agents``.
    """
    given: list[str] = context.options.files
    folder = Path(context.options.flows or PRODUCT_FLOWS)
    try:
        around, configured = _flow_context(context.options.config, [Path(each) for each in context.options.prompts])
        if configured is not None and not context.options.flows:
            folder = configured
        flows = tuple(load_flow(Path(file), around)[0] for file in given) if given else load_flows(folder, around)
    except ConfigError as error:
        return tell_problems(context, error)
    names = [flow.flow for flow in flows]
    if context.json:
        context.print_json({"format": 1, "type": "FlowsChecked", "problems": [], "flows": names})
    else:
        context.say("good", path=", ".join(given) or folder, detail=context.texts("flows_are", flows=", ".join(names)))
    return OK


def _flow_context(config: str | None, prompts: list[Path]) -> tuple[FlowContext, Path | None]:
    """The prompts, trunks and queues that flows may name, and the configuration's folder of flows, if any. Raises ``ConfigError``."""
    own = [RESOURCES / "prompts"]
    if config is None:
        return flow_context(prompts + own), None
    file = Path(config)
    server, _ = load_config(file)
    configured = [(file.parent / folder).resolve() for folder in server.prompts]
    around = flow_context([*prompts, *configured, *own], callable_trunks(server), queue_names(server))
    return around, (file.parent / server.flows).resolve() if server.flows else None


async def flows_show(context: Context) -> int:
    """Draws flows. Prompts are not looked for, since a flow may be drawn before they are recorded."""
    folder, name = Path(context.options.flows or PRODUCT_FLOWS), context.options.flow
    try:
        flows = {flow.flow: flow for flow in _unchecked(folder)}
    except ConfigError as error:
        return tell_problems(context, error)
    if not flows or (name and name not in flows):
        raise CommandRefused("no_flow", flow=name or "", known=", ".join(sorted(flows)) or "–")
    draw = mermaid if context.options.mermaid else tree
    context.print("\n".join(draw(flow) for flow in flows.values() if name in {None, flow.flow}).rstrip("\n"))
    return OK


def _unchecked(folder: Path) -> Iterable[Flow]:
    return [read_flow_file(file)[0] for file in sorted(folder.glob("*.yaml"))]


async def config_check(context: Context) -> int:
    from switch_server.services.settings import (
        read_settings,  # imports numpy, which would slow every other command down
    )

    file = Path(context.options.file)
    try:
        settings = read_settings(file)
    except ConfigError as error:
        return tell_problems(context, error)
    names = [flow.flow for flow in settings.flows]
    if context.json:
        context.print_json({"format": 1, "type": "ConfigChecked", "problems": [], "flows": names})
    else:
        context.say("good", path=file, detail=context.texts("flows_are", flows=", ".join(names)))
    return OK


def tell_problems(context: Context, error: ConfigError) -> int:
    problems = [str(complaint) for complaint in error.complaints]
    if context.json:
        context.print_json({"format": 1, "type": "Problems", "problems": problems})
    else:
        context.print("\n".join(problems))
    return REFUSED


class DemoRow(Struct, frozen=True):
    """An invented customer; ``cash`` is in yuan, at the demonstration's begin."""

    branch: str
    account: str
    pin: str
    name: str
    phone: str
    cash: str
    language: str


async def demo_accounts(context: Context) -> int:
    folder = Path(context.options.demo_folder or demo_folder(context.environ))
    try:
        world = read_world(demo_world(folder) if demo_world(folder).is_dir() else folder)
    except FileNotFoundError:
        raise CommandRefused("no_demo", path=folder) from None
    except (OSError, ValueError) as error:
        raise CommandRefused("file_failed", path=folder, why=error) from None
    rows = [_demo_row(customer) for customer in world.customers]
    if context.json:
        context.print_json({"format": 1, "type": "DemoAccounts", "rows": rows})
    else:
        context.print(FittingTable(context.texts("title_demo"), tables.DEMO, rows, context.texts))
    return OK


def _demo_row(customer: DemoCustomer) -> DemoRow:
    account = customer.account
    return DemoRow(
        account.branch,
        account.account,
        account.pin,
        account.name,
        customer.phone,
        format_yuan(account.cash_fen),
        customer.language.value,
    )
