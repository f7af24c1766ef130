"""YAML into checked structs, with file, line and key in every error.

The text is parsed once into YAML nodes (which have line numbers) and converted by msgspec (which checks the types). msgspec's error
names a path such as ``$.trunks[0].lines``, and the node at that path gives the line. Duplicate keys are refused.
"""

import re
import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

T = TypeVar("T")
Path_ = tuple[str | int, ...]
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast with libyaml; the start of the switch reads its flows."""


TEXT, MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"


class Complaint(msgspec.Struct, frozen=True):
    """One fault, for people: ``flows/main.yaml:12: steps.menu.keys.1: no step 'buuy'; there are: …``."""

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.text}"


class ConfigError(ValueError):
    """One or more files have faults; ``complaints`` has at least one."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = list(complaints)


class Document:
    """A parsed file with the line of each path."""

    def __init__(self, file: str, root: Node) -> None:
        self.file = file
        self._root = root

    def line(self, path: Path_) -> int:
        """1-based line of the deepest node on ``path`` that exists."""
        node, line = self._root, self._root.start_mark.line + 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            key, node = found
            line = (key or node).start_mark.line + 1
        return line

    def complaint(self, path: Path_, text: str) -> Complaint:
        return Complaint(self.file, self.line(path), _dotted(path), text)


def load(file: Path, as_type: type[T]) -> tuple[T, Document]:
    """Reads ``file``; raises ``ConfigError``, also if the file can't be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Complaint(str(file), 0, "", f"can't be read: {error}")) from None
    return parse(text, as_type, str(file))


def parse(text: str, as_type: type[T], file: str) -> tuple[T, Document]:
    """Like ``load``, from text."""
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(Complaint(file, line, "", f"not YAML: {error.problem}")) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(Complaint(file, line, "", f"not YAML: {error.reason}")) from None
    if root is None:
        raise ConfigError(Complaint(file, 1, "", "is empty"))
    document = Document(file, root)
    try:
        _check_nodes(root, (), document)
        raw = yaml.SafeLoader("").construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(Complaint(file, line, "", f"not a value: {error.problem}")) from None
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(Complaint(file, 1, "", f"not a value: {error}")) from None
    except RecursionError:
        raise ConfigError(Complaint(file, 1, "", "nested too deeply, or in itself")) from None
    try:
        return msgspec.convert(raw, as_type, strict=True), document
    except msgspec.ValidationError as error:
        raise ConfigError(_explain(error, raw, as_type, document)) from None


def _explain(error: msgspec.ValidationError, raw: Any, as_type: Any, document: Document) -> Complaint:
    path, message = _locate(error, raw, as_type)
    unknown = re.search(r"unknown field `(.*?)`", message)
    missing = re.search(r"missing required field `(.*?)`", message)
    here = _type_at(as_type, path)
    if unknown:
        path = (*path, unknown[1])
        message = f"unknown key; allowed: {', '.join(_field_names(here, _at(raw, path[:-1])))}"
    elif missing:
        tags = _tags(here, (missing[1],))
        message = f"the key {missing[1]!r} is missing" + (f"; allowed: {', '.join(tags)}" if tags else "")
    elif allowed := _allowed_values(here) or _tags(_type_at(as_type, path[:-1]), path[-1:]):
        message = f"{message}; allowed: {', '.join(allowed)}"
    return document.complaint(path, re.sub(r"(?<=`)[^`]+(?=`)", _in_yaml_terms, message))


def _in_yaml_terms(found: re.Match[str]) -> str:
    """Replaces the JSON terms in msgspec's messages by YAML's."""
    return (
        found[0].replace("object", "mapping").replace("array", "list").replace("str", "text").replace("null", "nothing")
    )


def _locate(error: msgspec.ValidationError, raw: Any, as_type: Any) -> tuple[Path_, str]:
    """Path and message. msgspec writes ``[...]`` for a key of a mapping, so the failing entry is found by trying each; a key of
    the wrong type is reported as ``key`` in its mapping.
    """
    message, _, where = str(error).partition(" - at `")
    path: Path_ = ()
    for name, index in re.findall(r"\.([^.\[`]+)|\[(\d+|\.\.\.)\]", where):
        if index != "...":
            path = (*path, name or int(index))
            continue
        entry_type = _step_into(_type_at(as_type, path), "")
        for key, value in _at(raw, path).items():
            try:
                msgspec.convert(value, entry_type, strict=True)
            except msgspec.ValidationError as inner:
                below, message = _locate(inner, value, entry_type)
                return (*path, key, *below), message
        break
    if where.startswith("key`"):
        mapping = next(option for option in _options(_type_at(as_type, path)) if get_origin(option) is dict)
        allowed = _allowed_values(get_args(mapping)[0])
        wrong = next(key for key in _at(raw, path) if key not in allowed)
        return (*path, wrong), f"{message}; allowed: {', '.join(allowed)}"
    return path, message


def _at(raw: Any, path: Path_) -> Any:
    for part in path:
        raw = raw[part]
    return raw


def _type_at(as_type: Any, path: Path_) -> Any:
    for part in path:
        as_type = _step_into(as_type, part)
    return as_type


def _step_into(as_type: Any, part: str | int) -> Any:
    for option in _options(as_type):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            for field in msgspec.structs.fields(option):
                if field.encode_name == part:
                    return field.type
        arguments = [argument for argument in get_args(option) if argument is not Ellipsis]
        if arguments and isinstance(part, int):
            return arguments[0]
        if arguments and get_origin(option) is dict:
            return arguments[1]
    return None


def _options(as_type: Any) -> Iterator[Any]:
    if get_origin(as_type) in (Union, types.UnionType):
        for argument in get_args(as_type):
            yield from _options(argument)
    else:
        yield getattr(as_type, "__supertype__", as_type)


def _field_names(here: Any, raw: Any) -> list[str]:
    """The allowed keys; for a tagged union, those of the member with the raw value's tag."""
    names: list[str] = []
    for option in _options(here):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            config = option.__struct_config__
            tag_field = config.tag_field
            if tag_field is None or raw.get(tag_field) == config.tag:
                names += [tag_field] if tag_field else []
                names += [field.encode_name for field in msgspec.structs.fields(option)]
    return sorted(names)


def _tags(here: Any, last: Path_) -> list[str]:
    """The tags of a tagged union, if the wrong key is the tag itself."""
    configs = [getattr(option, "__struct_config__", None) for option in _options(here)]
    return [str(config.tag) for config in configs if config is not None and (config.tag_field,) == last]


def _allowed_values(here: Any) -> list[str]:
    for option in _options(here):
        if isinstance(option, type) and issubclass(option, Enum):
            return [str(member.value) for member in option]
        if get_origin(option) is Literal:
            return [str(value) for value in get_args(option)]
    return []


def _check_nodes(node: Node, path: Path_, document: Document) -> None:
    """Every key is text and occurs once; every number is finite. YAML reads a telephone key ``1:`` as an integer and ``on:`` as a boolean; both
    are taken as written.
    """
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            _check_nodes(item, (*path, index), document)
    elif isinstance(node, ScalarNode):
        if node.tag == "tag:yaml.org,2002:float" and node.value.lower().endswith((".inf", ".nan")):
            raise ConfigError(document.complaint(path, f"a number is wanted, not {node.value}"))
    elif isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise ConfigError(
                    Complaint(document.file, line, _dotted(path), "a key is a word, not a list or mapping")
                )
            if key.value in seen:
                raise ConfigError(Complaint(document.file, line, _dotted((*path, key.value)), "stands twice"))
            seen.add(key.value)
            if key.tag != MERGE:
                key.tag = TEXT
            _check_nodes(value, (*path, key.value), document)


def _child(node: Node, part: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if isinstance(node, MappingNode):
        for key, value in reversed(node.value):  # the entries of a merge (<<) come first and have lower precedence
            if isinstance(key, ScalarNode) and key.value == str(part):
                return key, value
    return None


def _dotted(path: Path_) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
