"""No circle of imports, not even of imports for types; and a room of the core is imported only by its ``__init__``."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = "switch_server.core"
PACKAGES = ("agent_app", "shared", "switch_server")
ROOMS = sorted(path.parent.name for path in (ROOT / "switch_server" / "core").glob("*/__init__.py"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of all imports, also of those under ``TYPE_CHECKING`` and in functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def needs(module: str) -> set[str]:
    """The project's modules that a module imports; a name that is no module counts as an import of its package."""
    found = {f"{of}.{name}" if f"{of}.{name}" in FILES else of for of, name in imports(FILES[module])}
    return {each for each in found if each in FILES and each != module}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes of a circle in the graph; empty if there is none."""
    done: set[str] = set()

    def walk(at: str, way: list[str]) -> list[str]:
        if at in way:
            return [*way[way.index(at) :], at]
        if at in done:
            return []
        for following in sorted(graph.get(at, ())):
            if found := walk(following, [*way, at]):
                return found
        done.add(at)
        return []

    return next((found for each in sorted(graph) if (found := walk(each, []))), [])


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_in_a_circle(package: str) -> None:
    """Includes circles through ``__init__``: a module imports its neighbours directly, not from its own package."""
    modules = [module for module in FILES if module.startswith(package)]
    assert len(modules) > 20
    assert circle({module: needs(module) for module in modules}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_its_door(room: str) -> None:
    """Other packages import from a room only names in its ``__all__`` or whole modules; and its ``__init__`` has a docstring."""
    door = FILES[f"{CORE}.{room}"]
    tree = ast.parse(door.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    public = next(
        {str(ast.literal_eval(each)) for each in node.value.elts}
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List)
    )
    for module, path in FILES.items():
        if not module.startswith(f"{CORE}.{room}"):
            for of, name in imports(path):
                assert not of.startswith(f"{CORE}.{room}."), f"{module} imports {name} from {of}"
                whole = f"{of}.{name}" in FILES
                assert of != f"{CORE}.{room}" or whole or name in public, f"{module} imports {name}"
