"""The walls of prerender/README.md: which room imports which, and which library is known where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.quick

PACKAGE = Path(__file__).parents[1] / "prerender"
#: libraries that have a place of their own
_KEPT_APART = {
    *("brotli", "dask", "diskcache", "distributed", "fontTools", "fsspec", "jinja2", "pathspec"),
    "playwright",
    *("mkdocs", "pelican", "sphinx"),
    *("rich", "sqlite3", "starlette", "turbohtml", "typer", "uvicorn", "watchfiles"),
}


#: what opens, makes or removes a file
_FILE_CALLS = {
    *("open", "read_bytes", "read_text", "write_bytes", "write_text", "unlink", "mkdir", "scandir"),
    *("mkstemp", "mkdtemp", "TemporaryDirectory", "copy2", "rmtree", "rename", "touch"),
}
#: an element in a text that is put together: `<b>`, `<b c=…`
_ELEMENT = re.compile(r"(?<![?P])<[a-z][\w-]*[\s>\0]")


class Room(NamedTuple):
    """What the modules of a room may import, and whether they open files and write HTML."""

    rooms: set[str]
    libraries: set[str]
    files: bool
    html: bool


def walls() -> dict[str, Room]:
    """The table of prerender/README.md."""
    text = (PACKAGE / "README.md").read_text("utf-8")
    _, _, table = text.partition("| room | what it does |")
    rows = [line for line in table.partition("\n\n")[0].splitlines()[2:] if line.startswith("|")]
    found = {}
    for row in rows:
        name, _, rooms, libraries, also = (cell.strip() for cell in row.strip("|").split("|"))
        may = _words(also)
        found[name] = Room(_words(rooms), _words(libraries), "files" in also, "HTML" in may)
    return found


def _words(cell: str) -> set[str]:
    return {word.strip() for word in cell.split(",") if word.strip()}


def imports(file: Path) -> Iterator[str]:
    """The modules that a module imports, wherever in it; `prerender` for names of the package."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module == "prerender":
                yield from (f"prerender.{alias.name}" for alias in node.names)


def modules(room: str) -> list[Path]:
    """The modules of a room, or the one that is a room of its own."""
    single = PACKAGE / f"{room}.py"
    found = [single] if single.is_file() else sorted((PACKAGE / room).rglob("*.py"))
    return [file for file in found if "vendor" not in file.parts]


WALLS = walls()


def test_every_module_is_in_a_room() -> None:
    rooms = {path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    rooms |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(WALLS)


@pytest.mark.parametrize("room", WALLS)
def test_a_room_imports_what_the_table_says(room: str) -> None:
    used = {
        target
        for file in modules(room)
        for name in imports(file)
        if name.startswith("prerender.") and (target := name.split(".")[1]) in WALLS
    }
    assert used - {room} == WALLS[room].rooms


@pytest.mark.parametrize("room", WALLS)
def test_a_library_is_known_where_the_table_says(room: str) -> None:
    used = {name.split(".")[0] for file in modules(room) for name in imports(file)}
    assert used & _KEPT_APART == WALLS[room].libraries


@pytest.mark.parametrize("room", WALLS)
def test_files_are_opened_where_the_table_says(room: str) -> None:
    """But for the package's own, which are found by `__file__`."""
    found = {
        f"{file.name}: {ast.unparse(node)}"
        for file in modules(room)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _called(node) in _FILE_CALLS
    }
    assert bool(found) == WALLS[room].files, found


def _called(node: ast.Call) -> str | None:
    """The name of a function that opens a file, unless it is one of the package's own."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    if isinstance(node.func, ast.Name):
        name = node.func.id
    return None if "__file__" in ast.unparse(node) else name


@pytest.mark.parametrize("room", WALLS)
def test_html_is_put_together_where_the_table_says(room: str) -> None:
    """Elsewhere a template with autoescape does it."""
    found = [
        f"{file.name}:{node.lineno}"
        for file in modules(room)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr) and _ELEMENT.search(_plain(node))
    ]
    assert bool(found) == WALLS[room].html, found


def _plain(node: ast.JoinedStr) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
    )


def test_templates_escape() -> None:
    """Of jinja2's, all but those of the style sheet, which are given nothing of a page."""
    made = [
        (file.parent.name, ast.unparse(keyword.value))
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Environment")
        for keyword in node.keywords
        if keyword.arg == "autoescape"
    ]
    assert sorted(made) == [("markup", "False"), ("report", "True"), ("serve", "True")]


def test_the_map_names_every_module() -> None:
    text = (PACKAGE / "README.md").read_text("utf-8").partition("## What is where")[2]
    named = set(re.findall(r"[\w.-]+", text.partition("## Rooms and walls")[0]))
    files = [
        file
        for file in PACKAGE.rglob("*")
        if file.suffix in (".py", ".js", ".json", ".jinja", ".txt")
        and not {"vendor", "mathjax", "__pycache__"} & set(file.parts)
        and not file.name.startswith("__")
    ]
    assert [file.name for file in files if not named & {file.name, file.stem}] == []


def test_no_room_is_above_itself() -> None:
    done: set[str] = set()
    while left := {room for room, wall in WALLS.items() if wall.rooms <= done and room not in done}:
        done |= left
    assert done == set(WALLS)


def test_no_module_of_a_room_but_its_own_is_private_elsewhere() -> None:
    """Names with an underscore stay in their module."""
    found = [
        f"{file.relative_to(PACKAGE)}: {alias.name}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("prerender")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert found == []


def test_javascript_stands_in_files_of_its_own() -> None:
    """Where a page is driven, strings call functions by their names at most."""
    found = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}: {node.value}"
        for file in PACKAGE.rglob("*.py")
        if "prerender.browser.pages" in set(imports(file))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"=>|\bfunction\b *\(|\bawait ", node.value)
    ]
    assert found == []


def test_one_module_of_the_tests_starts_browsers() -> None:
    """It honours PRERENDER_BROWSER."""
    folder = Path(__file__).parent
    modules = (file for file in folder.rglob("*.py") if "node_modules" not in file.parts)
    found = {file for file in modules if "chromium.launch(" in file.read_text("utf-8")}
    assert found - {Path(__file__)} == {folder / "support" / "browser.py"}
