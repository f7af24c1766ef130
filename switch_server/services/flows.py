"""Loads flows (流程) from YAML: one file for each flow; all are checked together, and all or none are taken."""

from pathlib import Path

from shared.enums import Language
from shared.ids import QueueName, TrunkName
from switch_server.core.flow import Flow, FlowContext, Problem, as_flow, check, flow_type
from switch_server.core.speech import rule_segments
from switch_server.core.words import SwitchConfig
from switch_server.services.prompt_files import problem
from switch_server.services.strict_yaml import Complaint, ConfigError, Document, load


def load_flows(folder: Path, context: FlowContext) -> tuple[Flow, ...]:
    """Every ``*.yaml`` in ``folder``, by name. Raises ``ConfigError`` with all that is wrong in all files."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ConfigError(Complaint(str(folder), 0, "", "no flow here (*.yaml)"))
    flows, errors = [], []
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for file in files:
        try:
            flow, document = load_flow(file, context)
        except ConfigError as found:
            errors += found.complaints
            continue
        if flow.flow in names:
            errors.append(document.complaint(("flow",), f"{flow.flow!r} is the flow of {names[flow.flow]} already"))
        names[flow.flow] = file.name
        for index, number in enumerate(flow.numbers):
            if number in numbers:
                errors.append(
                    document.complaint(("numbers", index), f"{number} is answered by {numbers[number]} already")
                )
            numbers[number] = file.name
        flows.append(flow)
    if errors:
        raise ConfigError(*errors)
    return tuple(flows)


def read_flow_file(file: Path) -> tuple[Flow, Document]:
    """One file, without the checks for answering calls. Raises ``ConfigError``."""
    read, document = load(file, flow_type())
    return as_flow(read), document


def load_flow(file: Path, context: FlowContext) -> tuple[Flow, Document]:
    """One file, checked. Raises ``ConfigError``."""
    flow, document = read_flow_file(file)
    problems = check(flow, context)
    if problems:
        raise ConfigError(*(_located(problem, document) for problem in problems))
    return flow, document


DEFAULT_QUEUES = frozenset(queue.name for queue in SwitchConfig().queues)


def flow_context(
    prompt_folders: list[Path],
    trunks: frozenset[TrunkName] = frozenset(),
    queues: frozenset[QueueName] = DEFAULT_QUEUES,
) -> FlowContext:
    """The names that flows may use: prompts on disk, trunks and queues of the configuration. Raises ``ConfigError`` where the number rules (``core.speech``) need a segment that is not there, or can't be played."""
    files = (file for folder in prompt_folders if folder.is_dir() for file in sorted(folder.rglob("*.wav")))
    if unplayable := [Complaint(str(file), 0, "", text) for file in files if (text := problem(file))]:
        raise ConfigError(*unplayable)
    prompts = {language: _names(prompt_folders, language.value) for language in Language}
    missing = [name for language in Language for name in sorted(rule_segments(language) - _full(prompts, language))]
    if missing:
        where = ", ".join(str(folder) for folder in prompt_folders)
        raise ConfigError(Complaint(where, 0, "", f"prompts are missing: {', '.join(missing[:20])}"))
    music = frozenset(f"music/{name}" for name in _names(prompt_folders, "music"))
    return FlowContext(prompts, music, trunks, queues)


def _names(folders: list[Path], below: str) -> frozenset[str]:
    roots = [folder / below for folder in folders]
    return frozenset(
        file.relative_to(root).with_suffix("").as_posix()
        for root in roots
        if root.is_dir()
        for file in root.rglob("*.wav")
    )


def _full(prompts: dict[Language, frozenset[str]], language: Language) -> frozenset[str]:
    return frozenset(f"{language.value}/{name}" for name in prompts[language])


def _located(problem: Problem, document: Document) -> Complaint:
    return document.complaint(problem.path, problem.text)
