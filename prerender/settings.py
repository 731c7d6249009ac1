"""Settings: read from flags or keyword arguments, environment variables and a file; checked.

Each field of `Settings` defines an option completely: its default, help and range, its flag
(`--time-limit`), its key in prerender.toml (`time_limit`) and its environment variable
(`PRERENDER_TIME_LIMIT`). Flags override variables, variables the file, the file the defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from prerender import __version__
from prerender.errors import UsageError
from prerender.hashing import fingerprint
from prerender.setup.own import mistakes

Group = Literal["site", "pages", "feeds", "engine", "cache", "screens", "report"]
S = TypeVar("S", bound="Settings")


class SettingsError(UsageError):
    """An invalid setting; the message begins with where it comes from."""


@dataclass(frozen=True, slots=True)
class Option:
    """The properties of an option besides its name, type and default.

    `group` decides which commands have it; options of "pages" affect what pages become. `least` and
    `most` are inclusive limits; `word` is the metavariable in the help. `requires` is the option
    without which the flag has no effect, `variables` are additional environment variables, `folder`
    says that the value names a folder that is there.
    """

    help: str
    group: Group
    least: float | None = None
    most: float | None = None
    word: str | None = None
    short: str | None = None
    requires: str | None = None
    variables: tuple[str, ...] = ()
    folder: bool = False
    default_text: str | None = None
    """The default as text, if its value does not say it."""


def option(default: Any, group: Group, help: str, **more: Any) -> Any:
    """Define a field of settings."""
    metadata = {"option": Option(help, group, **more)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How sites are rendered; every value is checked. Raises SettingsError."""

    output: str | None = option(
        None,
        "site",
        "Write a complete copy of the site to DIR; for batch also a URL.",
        word="DIR",
        short="-o",
        default_text="in place",
    )
    include: tuple[str, ...] = option(
        (),
        "site",
        "Pages to render, a pattern as in .gitignore; may be repeated.",
        word="PATTERN",
        default_text="`**/*.html`, `**/*.htm`, `**/*.xhtml`",
    )
    exclude: tuple[str, ...] = option(
        (),
        "site",
        "Pages to leave out, a pattern as in .gitignore; may be repeated.",
        word="PATTERN",
    )
    sync: bool = option(
        False,
        "site",
        "Have each page on the disk before it takes the place of its source, so that not even a "
        "power cut leaves an empty one; slower.",
    )
    css: Literal["inline", "external"] = option(
        "inline",
        "pages",
        "Where to put the style sheet: in each page, or in a file of the site, prerender-math.css, "
        "which a Content-Security-Policy of default-src 'self' allows.",
    )
    glyphs: Literal["inline", "shared"] = option(
        "inline",
        "pages",
        "Where to put glyph outlines: in each page, or in a file of the site, "
        "prerender-math.svg, which browsers cache; for sites served over HTTP.",
    )
    markup: Literal["svg", "html", "mathml"] = option(
        "svg",
        "pages",
        "How formulas are written: as pictures (SVG), as text in a small font of their own, which "
        "takes fewer bytes and elements, or as MathML in a math font, which takes the fewest, and "
        "which browsers and screen readers know.",
    )
    fonts: Literal["file", "inline"] = option(
        "file",
        "pages",
        "Where the font of formulas as text or MathML stands: in files of the site, "
        "prerender-math-….woff2, which browsers keep, or in each page.",
    )
    shrink: int = option(
        70,
        "pages",
        "The least size to which a display that cannot be broken shrinks, before it scrolls in its "
        "own box.",
        least=10,
        most=100,
        word="PERCENT",
    )
    line_break: Literal["auto", "before", "after", "repeat"] = option(
        "auto",
        "pages",
        "Where the sign stands at which a line of a display is broken: before the break, so that "
        "it starts the next line, after it, or repeated on both lines. auto: repeated in Russian "
        "pages, before the break in all others.",
    )
    speech: Literal["label", "mathml", "none"] = option(
        "label",
        "pages",
        "What screen readers get of a formula: words, in the language of the text around it "
        "(MathML where there are no rules for that language), MathML, or nothing. The attribute "
        "data-prerender-speech of a page's html element has precedence.",
    )
    speech_style: Literal["mathspeak", "clearspeak"] = option(
        "mathspeak",
        "pages",
        "The words: MathSpeak, which leaves no doubt, or ClearSpeak, as teachers read aloud.",
    )
    braille: bool = option(
        False,
        "pages",
        "Give formulas in Nemeth braille, too.",
    )
    rerender: bool = option(
        False,
        "pages",
        "Also typeset the formulas that KaTeX or MathJax has rendered into pages already, from the "
        "source that is left in them.",
    )
    hydrated: bool = option(
        False,
        "pages",
        "Also render pages that a client framework (Next, Nuxt, Gatsby) rebuilds.",
    )
    keep_loaders: bool = option(False, "pages", "Keep the scripts that load MathJax and KaTeX.")
    base_path: str = option(
        "",
        "pages",
        "The path of the site on its host, for example /blog.",
        word="PATH",
        default_text="inferred from the pages",
    )
    mathjax: Mapping[str, Any] = option(
        {},
        "pages",
        "A MathJax 4 configuration that is merged over that of each page; JSON as a flag or a "
        "variable.",
        word="TABLE",
        default_text="that of each page",
    )
    trust: Literal["page", "site"] = option(
        "page",
        "pages",
        "Whose formulas these are: those of anybody who writes in a page, so that the ids and "
        "classes they give (\\cssId, \\class) get a prefix, or all of the site's own author.",
    )
    feeds: Literal["off", "mathml", "img"] = option(
        "off",
        "feeds",
        "What becomes of formulas in RSS, Atom and JSON feeds: nothing, MathML, or pictures, which "
        "nearly all readers show; their files are in the folder prerender-math of the site.",
    )
    jobs: int | None = option(
        None,
        "engine",
        "The number of cores to use, for browser tabs and for processes that read and write pages.",
        least=1,
        word="N",
        default_text="all",
    )
    time_limit: float = option(
        20.0,
        "engine",
        "The time limit of a formula, and of a page's scripts on a screen.",
        least=0.1,
        word="SECONDS",
    )
    page_time_limit: float = option(
        600.0,
        "engine",
        "The time that the formulas of a page may take together; those that are left then are "
        "errors.",
        least=0.1,
        word="SECONDS",
    )
    memory_limit: int = option(
        1024,
        "engine",
        "What scripts in a tab of the browser may hold; a formula that needs more is an error.",
        least=64,
        word="MB",
    )
    page_limit: float = option(
        50.0,
        "engine",
        "The size of a page or a feed; a larger one is left as it is, with an error.",
        least=0.001,
        word="MB",
    )
    formula_limit: int = option(
        100_000,
        "engine",
        "The number of formulas of a page; one that has more is left as it is, with an error.",
        least=1,
        word="N",
    )
    formula_size: int = option(
        100_000,
        "engine",
        "The size of a formula; a larger one is an error.",
        least=1,
        word="CHARACTERS",
    )
    macro_limit: int = option(
        10_000,
        "engine",
        "How many macros and environments a page's set-up may allow a formula to expand; without "
        "one, MathJax allows 1,000.",
        least=1,
        word="N",
    )
    browser: str | None = option(
        None,
        "engine",
        "The Chromium to run.",
        word="PROGRAM",
        default_text="Playwright's, else one on the PATH",
    )
    cache_dir: Path | None = option(
        None,
        "cache",
        "The folder of the cache.",
        word="DIR",
        variables=("PRERENDER_CACHE",),
        default_text="the user's cache folder",
    )
    no_cache: bool = option(False, "cache", "Do not use or fill the cache.")
    screens: tuple[int, ...] = option(
        (),
        "screens",
        "Inspect every page on screens of these widths (CSS pixels), for example 320,390,820, and "
        "report each formula that is displayed wrongly.",
        least=1,
        most=99_999,
        word="WIDTHS",
    )
    pictures: Path | None = option(
        None,
        "screens",
        "The folder for pictures of these formulas.",
        word="DIR",
        requires="screens",
        default_text="a new folder",
    )
    libraries: Path | None = option(
        None,
        "screens",
        "The folder of libraries that pages load from a CDN (for example node_modules), so that "
        "their scripts run on these screens.",
        word="DIR",
        folder=True,
    )
    text_size: int = option(
        100,
        "screens",
        "The text size on the screens.",
        least=10,
        most=1000,
        word="PERCENT",
        requires="screens",
    )
    zoom: int = option(
        100,
        "screens",
        "The zoom of the screens.",
        least=10,
        most=1000,
        word="PERCENT",
        requires="screens",
    )
    strict: bool = option(False, "report", "Exit with code 1 also if there are only warnings.")

    def __post_init__(self) -> None:
        kinds = types_of(type(self))
        for setting in fields(self):
            name = setting.name
            value = _checked(setting, kinds[name], getattr(self, name), name)
            object.__setattr__(self, name, value)

    def fingerprint(self) -> str:
        """Hash all settings that a page's result depends on."""
        return fingerprint([getattr(self, one.name) for one in in_groups(Settings, ["pages"])])

    def provenance(self) -> str:
        """Return what rendered pages record about their origin: our version, a hash of settings."""
        return f"{__version__} {self.fingerprint()[:8]}"


def option_of(setting: Field[Any]) -> Option:
    """Return the option of a field of settings."""
    known: Option = setting.metadata["option"]
    return known


def default_of(setting: Field[Any]) -> Any:
    """Return the default of a setting."""
    return setting.default if setting.default is not MISSING else None


def types_of(settings: type[Settings]) -> dict[str, Any]:
    """Return the types of fields by name, without None."""
    return {name: _not_none(hint) for name, hint in get_type_hints(settings).items()}


def _not_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        [hint] = [option for option in get_args(hint) if option is not type(None)]
    return hint


def flag(name: str) -> str:
    """Return the flag of an option."""
    return f"--{name.replace('_', '-')}"


def variables(setting: Field[Any]) -> tuple[str, ...]:
    """Return the environment variables of an option; the first that is set counts."""
    return (f"PRERENDER_{setting.name.upper()}", *option_of(setting).variables)


def load(
    settings: type[S],
    given: Mapping[str, Any],
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    *,
    flags_only: Collection[str] = (),
) -> S:
    """Load settings from flags (`given`, by setting name), variables, and a file.

    The file defaults to prerender.toml or pyproject.toml in the current folder, if it exists.
    `flags_only` are settings that count as flags only. Raises SettingsError.
    """
    kinds = types_of(settings)
    flags = {
        setting.name: _read(setting, kinds, given[setting.name], flag(setting.name))
        for setting in fields(settings)
        if setting.name in given
    }
    found = from_file(settings, file) | from_environment(settings, environment)
    found = {name: value for name, value in found.items() if name not in flags_only} | flags
    for setting in fields(settings):
        required = option_of(setting).requires
        if setting.name in given and required is not None and not found.get(required):
            raise SettingsError(f"{flag(setting.name)} requires {flag(required)}")
    return settings(**found)


def from_environment(settings: type[Settings], environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings in environment variables. Raises SettingsError."""
    kinds = types_of(settings)
    found = {}
    for setting in fields(settings):
        for name in variables(setting):
            if text := environment.get(name):
                found[setting.name] = _read(setting, kinds, text, name)
                break
    return found


def from_file(settings: type[Settings], explicit: Path | None) -> dict[str, Any]:
    """Read the settings in a file: `explicit`, or a default one. Raises SettingsError."""
    defaults = (Path("prerender.toml"), Path("pyproject.toml"))
    file = explicit or next((file for file in defaults if file.is_file()), None)
    data = {} if file is None else _table(file)
    known = {setting.name: setting for setting in fields(settings)}
    kinds = types_of(settings)
    found = {}
    for key, value in data.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SettingsError(f"{file}: unknown setting {key}{_suggestion(name, list(known))}")
        found[name] = _checked(known[name], kinds[name], value, f"{file}: {key}")
    return found


def _table(file: Path) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    if file.name == "pyproject.toml":
        tools = data.get("tool")
        data = tools.get("prerender", {}) if isinstance(tools, dict) else {}
    if not isinstance(data, dict):
        raise SettingsError(f"{file}: tool.prerender is not a table")
    return data


def _suggestion(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(sorted(known))}"


def _read(setting: Field[Any], kinds: Mapping[str, Any], value: Any, place: str) -> Any:
    """Parse and check the value of a variable or a flag. Raises SettingsError."""
    kind = kinds[setting.name]
    return _checked(setting, kind, _parsed(kind, value, place), place)


def _parsed(kind: Any, text: Any, place: str) -> Any:
    """Parse the text of a variable or a flag; return a value that is not text as it is."""
    if not isinstance(text, str):
        return text
    try:
        if kind in (int, float):
            return kind(text)
        if kind is bool:
            return _BOOLEANS[text.lower()]
        if get_origin(kind) is tuple:
            inner = get_args(kind)[0]
            parts = text.replace(",", " ") if inner is int else text
            return [inner(part) for part in parts.split()]
        if get_origin(kind) is Mapping:
            return json.loads(text)
    except (ValueError, KeyError):
        raise SettingsError(f"{place}: {text!r} is not {_type_name(kind)}") from None
    return text


_BOOLEANS = dict.fromkeys(("1", "true", "yes", "on"), True)
_BOOLEANS |= dict.fromkeys(("0", "false", "no", "off"), False)


def _checked(setting: Field[Any], kind: Any, value: Any, place: str) -> Any:
    """Check and convert the value of a setting; `place` is its origin. Raises SettingsError."""
    if value is None and setting.default is None:
        return None
    known = option_of(setting)
    value = _converted(kind, value)
    if not _fits(kind, value):
        raise SettingsError(f"{place} = {_shown(value)} is not {_type_name(kind)}")
    if mistake := _limit_exceeded(value, known):
        raise SettingsError(f"{place} = {_shown(value)} is {mistake}")
    if known.folder and not value.is_dir():
        raise SettingsError(f"{place} = {_shown(value)} is not a folder")
    for mistake in mistakes(value) if isinstance(value, Mapping) else ():
        raise SettingsError(f"{place.removesuffix(setting.name)}{mistake}")
    return value


def _limit_exceeded(value: Any, known: Option) -> str:
    """Return which limit of an option a value exceeds; "" if none."""
    for number in value if isinstance(value, tuple) else (value,):
        if known.least is not None and number < known.least:
            return f"less than {known.least:g}"
        if known.most is not None and number > known.most:
            return f"more than {known.most:g}"
    return ""


def _converted(kind: Any, value: Any) -> Any:
    """Convert an equivalent value (an integer for a float, a string for a path) to a type."""
    if kind is float and type(value) is int:
        return float(value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is str and isinstance(value, Path):
        return str(value)
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        return tuple(dict.fromkeys(value))
    return value


def _fits(kind: Any, value: Any) -> bool:
    """Whether a value has a type."""
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return isinstance(value, tuple) and all(type(part) is inner for part in value)
    if get_origin(kind) is Mapping:
        return isinstance(value, Mapping)
    return type(value) is kind or (kind is Path and isinstance(value, Path))


_TYPE_NAMES: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
    tuple[str, ...]: "a list of strings",
    tuple[int, ...]: "a list of whole numbers",
}


def _type_name(kind: Any) -> str:
    """Return a type's name for messages."""
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    return _TYPE_NAMES.get(kind, "a table, like the object window.MathJax of a page")


def _shown(value: Any) -> str:
    """Return a value as it is written in a file, truncated."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) < 200 else f"{shown[:200]}…"


def in_groups(settings: type[Settings], groups: Iterable[Group]) -> list[Field[Any]]:
    """Return the fields of settings in these groups, in order."""
    wanted = set(groups)
    return [setting for setting in fields(settings) if option_of(setting).group in wanted]
