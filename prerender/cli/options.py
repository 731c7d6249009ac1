"""Settings in; the flags of commands out, and from flags, variables and a file the settings again.

A command that takes `settings` gets a flag for each of the fields that it names, and a
configuration file. What the command line alone has is added to the settings here.
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
    """The settings of the command line: those of all, and what it says and writes of a run."""

    json: str | None = option(
        None, "report", "Write a report as JSON; - for standard output.", word="FILE"
    )
    report: Path | None = option(
        None,
        "report",
        "Write a report to read, an HTML page without scripts: figures, and each error and warning "
        "with its place; with --screens, what was seen there.",
        word="FILE",
    )
    profile: Path | None = option(
        None,
        "report",
        "Write where the time went, for chrome://tracing or Perfetto.",
        word="FILE",
    )
    quiet: bool = option(False, "report", "Say nothing but errors.", short="-q")
    verbose: bool = option(
        False, "report", "Say what became of each page, and where the time went.", short="-v"
    )


#: the flags of each command, by its name
COMMANDS: dict[str, list[str]] = {}


def with_settings(
    command: str,
    groups: Iterable[Group] = (),
    *,
    also: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, a function that takes `settings`, the flags of groups of settings.

    `also` are single settings, `without` those of the groups that mean nothing to it.
    """
    named = {one.name for one in in_groups(CommandSettings, groups)} | set(also)
    chosen = [one for one in fields(CommandSettings) if one.name in named - set(without)]
    COMMANDS[command] = [one.name for one in chosen]

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def run(**given: Any) -> None:
            file = given.pop("config")
            flags = {one.name: given.pop(one.name) for one in chosen}
            flags = {name: value for name, value in flags.items() if value not in (None, [])}
            settings = load(CommandSettings, flags, file)
            for name in ("json", "report", "profile"):
                _refuse_unwritable(getattr(settings, name))
            function(settings=settings, **given)

        signature = inspect.signature(function, eval_str=True)
        own = [one for one in signature.parameters.values() if one.name != "settings"]
        parameters = [*own, _CONFIG, *map(_parameter, chosen)]
        parameters.sort(key=lambda one: one.default is not inspect.Parameter.empty)
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def _refuse_unwritable(file: Path | str | None) -> None:
    """Refuse at the beginning what could not be written at the end. Raises UsageError."""
    if file is None or file == "-":
        return
    if not Path(file).parent.is_dir():
        raise UsageError(f"{file} cannot be written: {Path(file).parent} is no folder")
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
            help="Settings, instead of prerender.toml or \\[tool.prerender] in pyproject.toml.",
        ),
    ],
)


def _parameter(one: Field[Any]) -> inspect.Parameter:
    """The flag of a setting; None where it is not given."""
    kind, known = types_of(CommandSettings)[one.name], option_of(one)
    names = [flag(one.name)]
    limits: dict[str, Any] = {}
    type_: Any = str
    if kind is bool:
        type_ = bool
        names = [f"{flag(one.name)}/{_opposite(one.name)}"]
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
        help=f"{known.help}{_default(one)}".replace("[", "\\["),
        show_default=False,
        **limits,
    )
    return _keyword(one.name, Annotated[type_ | None, info])


def _opposite(name: str) -> str:
    return flag(name.removeprefix("no_")) if name.startswith("no_") else flag(f"no_{name}")


def _default(one: Field[Any]) -> str:
    text = default_text(one)
    return f" Default: {text}." if text else ""


def default_text(one: Field[Any]) -> str:
    """The default of a setting in words; "" for what is off, or nothing."""
    known, value = option_of(one), default_of(one)
    if known.default_text is not None:
        return known.default_text
    if value in (None, False, (), ""):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_table() -> str:
    """The table of settings, in Markdown, as README has it."""
    rows = ["| flag | of | means |", "|---|---|---|"]
    for one in fields(CommandSettings):
        known = option_of(one)
        commands = [name for name, names in COMMANDS.items() if one.name in names]
        word = known.word or _choices(one)
        names = [*([known.short] if known.short else []), f"{flag(one.name)} {word}".strip()]
        shown = ", ".join(f"`{name}`" for name in names)
        means = (known.help + _default(one)).replace("|", "\\|")
        rows.append(f"| {shown} | {', '.join(commands)} | {means} |")
    return "\n".join(rows)


def _choices(one: Field[Any]) -> str:
    kind = types_of(CommandSettings)[one.name]
    return "\\|".join(get_args(kind)) if get_origin(kind) is Literal else ""
