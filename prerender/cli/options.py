"""Derives the flags of commands from the fields of Settings, and makes Settings from given flags.

A command that takes `settings` gets a flag for each field that it names, and `--config`. Settings
that only the command line has are defined here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import Field, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from prerender.errors import UsageError
from prerender.settings import (
    Group,
    Settings,
    default_of,
    flag,
    in_groups,
    load,
    option,
    option_of,
    types_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSettings(Settings):
    """The settings of the command line: all Settings, and which reports it prints and writes."""

    yes: bool = option(
        False,
        "site",
        "Build also what looks like an author's own files: a project's root, or templates.",
    )
    format: Literal["text", "github", "sarif"] = option(
        "text",
        "report",
        "How errors and warnings are written: as text, as annotations of GitHub Actions, or as a "
        "SARIF document on standard output.",
    )
    json: str | None = option(
        None, "report", "Write a report as JSON; - for standard output.", word="FILE"
    )
    report: Path | None = option(
        None,
        "report",
        "Write an HTML report without scripts: figures, and each error and warning with its "
        "location; with --screens, what was found there.",
        word="FILE",
    )
    profile: Path | None = option(
        None,
        "report",
        "Write a trace of the run for chrome://tracing or Perfetto.",
        word="FILE",
    )
    quiet: bool = option(False, "report", "Print nothing but errors.", short="-q")
    verbose: bool = option(
        False, "report", "Print the result of each page, and how the time was spent.", short="-v"
    )


_KINDS = types_of(CommandSettings)
#: the panels of the help, the commonest first
_PANELS: dict[Group, str] = {
    "site": "Which pages, and where to",
    "report": "What is said",
    "pages": "What becomes of pages",
    "feeds": "What becomes of feeds",
    "screens": "Screens",
    "engine": "Browser",
    "cache": "Cache",
}
#: the flags of each command, by its name
COMMANDS: dict[str, list[str]] = {}


def with_settings(
    command: str,
    groups: Iterable[Group] = (),
    *,
    also: Sequence[str] = (),
    without: Sequence[str] = (),
    flags_only: Sequence[str] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command, a function that takes `settings`, with the flags of `groups`.

    `also` are single settings to add, `without` those of the groups to leave out, `flags_only`
    those that are not read from variables and files.
    """
    names = {field.name for field in in_groups(CommandSettings, groups)} | set(also)
    chosen = [field for field in fields(CommandSettings) if field.name in names - set(without)]
    chosen.sort(key=lambda field: list(_PANELS).index(option_of(field).group))
    COMMANDS[command] = [field.name for field in chosen]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(**given: Any) -> None:
            file = given.pop("config")
            flags = {field.name: given.pop(field.name) for field in chosen}
            flags = {name: value for name, value in flags.items() if value not in (None, [])}
            settings = load(CommandSettings, flags, file, flags_only=flags_only)
            for name in ("json", "report", "profile"):
                _refuse_unwritable(getattr(settings, name))
            if settings.format == "sarif" and settings.json == "-":
                raise UsageError("--format sarif and --json - both write to standard output")
            function(settings=settings, **given)

        signature = inspect.signature(function, eval_str=True)
        own = [given for given in signature.parameters.values() if given.name != "settings"]
        parameters = [*own, *map(_parameter, chosen), _CONFIG]
        parameters.sort(key=lambda parameter: parameter.default is not inspect.Parameter.empty)
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return decorate


def commands_with(option: str) -> list[str]:
    """Return the commands that have a flag."""
    return [command for command, names in COMMANDS.items() if option in map(flag, names)]


def _refuse_unwritable(file: Path | str | None) -> None:
    """Check before the run that a report can be written after it. Raises UsageError."""
    if file is None or file == "-":
        return
    if not Path(file).parent.is_dir():
        raise UsageError(f"{file} cannot be written: {Path(file).parent} is not a folder")
    if Path(file).is_dir():
        raise UsageError(f"{file} cannot be written: it is a folder")


def _keyword(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


_CONFIG = _keyword(
    "config",
    Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar="PRERENDER_CONFIG",
            help="Read settings from FILE instead of prerender.toml or pyproject.toml.",
            show_envvar=False,
            rich_help_panel="Configuration",
        ),
    ],
)


def _parameter(field: Field[Any]) -> inspect.Parameter:
    """Return the flag of a setting as a parameter; None: the flag is not given."""
    kind, known = _KINDS[field.name], option_of(field)
    names = [flag(field.name)]
    limits: dict[str, Any] = {}
    type_: Any = str
    if kind is bool:
        type_ = bool
        names = [f"{flag(field.name)}/{_opposite(field.name)}"]
    elif kind in (int, float):
        type_ = kind
        limits = {"min": known.least, "max": known.most}
    elif get_origin(kind) is Literal:
        type_ = kind
    elif kind == tuple[str, ...]:
        type_ = list[str]
    info = typer.Option(
        *names,
        *([known.short] if known.short else []),
        metavar=known.word,
        help=f"{known.help}{_default(field)}".replace("[", "\\["),
        show_default=False,
        rich_help_panel=_PANELS[known.group],
        **limits,
    )
    return _keyword(field.name, Annotated[type_ | None, info])


def _opposite(name: str) -> str:
    return flag(name.removeprefix("no_")) if name.startswith("no_") else flag(f"no_{name}")


def _default(field: Field[Any]) -> str:
    text = default_text(field)
    return f" Default: {text}." if text else ""


def default_text(field: Field[Any]) -> str:
    """Return the default of a setting as text; "" for off or none."""
    known, value = option_of(field), default_of(field)
    if known.default_text is not None:
        return known.default_text
    if value in (None, False, (), ""):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_table() -> str:
    """Return the table of settings in the documentation, in Markdown."""
    rows = ["| flag | commands | meaning |", "|---|---|---|"]
    for field in fields(CommandSettings):
        known = option_of(field)
        commands = [name for name, names in COMMANDS.items() if field.name in names]
        word = known.word or _choices(field)
        names = [*([known.short] if known.short else []), f"{flag(field.name)} {word}".strip()]
        shown = ", ".join(f"`{name}`" for name in names)
        means = (known.help + _default(field)).replace("|", "\\|")
        rows.append(f"| {shown} | {', '.join(commands)} | {means} |")
    return "\n".join(rows)


def _choices(field: Field[Any]) -> str:
    kind = _KINDS[field.name]
    return "\\|".join(get_args(kind)) if get_origin(kind) is Literal else ""
