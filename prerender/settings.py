"""What a user may choose: a file, variables and flags or keyword arguments in, `Settings` out.

Each field of `Settings` is an option, and all there is to know of it: its default, help and range,
its flag (`--time-limit`), its key in prerender.toml (`time_limit`) and its environment variable
(`PRERENDER_TIME_LIMIT`). Flags win over variables, those over the file, the file over defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from prerender import __version__
from prerender.errors import UsageError
from prerender.hashing import fingerprint
from prerender.setup.own import mistakes

Group = Literal["site", "pages", "engine", "cache", "screens", "report"]
S = TypeVar("S", bound="Settings")


class SettingsError(UsageError):
    """A setting that cannot be used; the message begins with where it comes from."""


@dataclass(frozen=True, slots=True)
class Option:
    """What there is to know of a field besides its name, type and default.

    `group` says which commands have it; what is of "pages" changes results. `least` and `most` are
    limits, both allowed; `word` stands for the value in the help. `needs` is the option without
    which its flag has no meaning, `variables` are names of environment variables beside the usual.
    """

    help: str
    group: Group
    least: float | None = None
    most: float | None = None
    word: str | None = None
    short: str | None = None
    needs: str | None = None
    variables: tuple[str, ...] = ()
    default_text: str | None = None
    """The default in words, where its value does not tell."""


def option(default: Any, group: Group, help: str, **more: Any) -> Any:
    """A field of settings."""
    metadata = {"option": Option(help, group, **more)}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How sites are rendered; each value is checked. Raises SettingsError."""

    output: str | None = option(
        None,
        "site",
        "Write a whole copy of the site there; for batch also a URL.",
        word="DIR",
        short="-o",
        default_text="in place",
    )
    include: tuple[str, ...] = option(
        (),
        "site",
        "Pages, as in .gitignore; may be repeated.",
        word="PATTERN",
        default_text="`**/*.html`, `**/*.htm`, `**/*.xhtml`",
    )
    exclude: tuple[str, ...] = option(
        (), "site", "Pages to leave out, as in .gitignore; may be repeated.", word="PATTERN"
    )
    css: Literal["inline", "external"] = option(
        "inline",
        "pages",
        "Where the style sheet stands: in each page, or in a file of the site, prerender-math.css; "
        "pages then do with a Content-Security-Policy of default-src 'self'.",
    )
    glyphs: Literal["inline", "shared"] = option(
        "inline",
        "pages",
        "Where outlines of glyphs stand: in each page, or in a file of the site, "
        "prerender-math.svg, which browsers keep; for sites served over HTTP.",
    )
    markup: Literal["svg", "html"] = option(
        "svg",
        "pages",
        "How formulas are written: as pictures (SVG), or as text in a small font of their own, "
        "which takes fewer bytes and elements.",
    )
    fonts: Literal["file", "inline"] = option(
        "file",
        "pages",
        "Where the font of formulas as text stands: in files of the site, prerender-math-….woff2, "
        "which browsers keep, or in each page.",
    )
    shrink: int = option(
        70,
        "pages",
        "To what share of its size a display that cannot be broken shrinks, before it scrolls in "
        "its own box.",
        least=10,
        most=100,
        word="PERCENT",
    )
    hydrated: bool = option(
        False,
        "pages",
        "Render also pages that a client framework (Next, Nuxt, Gatsby) builds anew.",
    )
    keep_loaders: bool = option(
        False, "pages", "Leave the scripts that load MathJax and KaTeX where they are."
    )
    base_path: str = option(
        "",
        "pages",
        "Where the site will be on its host: /blog, say.",
        word="PATH",
        default_text="found out from the pages",
    )
    mathjax: Mapping[str, Any] = option(
        {},
        "pages",
        "A MathJax 4 configuration, laid over what pages say themselves; as a flag and a variable "
        "it is JSON.",
        word="TABLE",
        default_text="what pages say",
    )
    jobs: int | None = option(
        None,
        "engine",
        "Browser tabs to use.",
        least=1,
        word="N",
        default_text="one a core, less one for prerender itself",
    )
    time_limit: float = option(
        20.0,
        "engine",
        "What one formula may take, and a page's scripts on a screen.",
        least=0.1,
        word="SECONDS",
    )
    browser: str | None = option(
        None, "engine", "The Chromium to run.", word="PROGRAM", default_text="one that is found"
    )
    cache_dir: Path | None = option(
        None,
        "cache",
        "Where typeset formulas are kept.",
        word="DIR",
        variables=("PRERENDER_CACHE",),
        default_text="the user's cache folder",
    )
    no_cache: bool = option(False, "cache", "Keep and use nothing from other runs.")
    screens: tuple[int, ...] = option(
        (),
        "screens",
        "Look at every page on screens of these widths (CSS pixels), say 320,390,820, and report "
        "each formula that does not look there as it should.",
        least=1,
        most=99_999,
        word="WIDTHS",
    )
    pictures: Path | None = option(
        None,
        "screens",
        "Where the picture of each such formula goes.",
        word="DIR",
        needs="screens",
        default_text="a new folder",
    )
    libraries: Path | None = option(
        None,
        "screens",
        "Where the libraries are that pages load from a CDN (node_modules, say), so that their "
        "scripts run with them on these screens.",
        word="DIR",
    )
    text_size: int = option(
        100,
        "screens",
        "The size of text on the screens.",
        least=10,
        most=1000,
        word="PERCENT",
        needs="screens",
    )
    zoom: int = option(
        100,
        "screens",
        "The zoom of the screens.",
        least=10,
        most=1000,
        word="PERCENT",
        needs="screens",
    )
    strict: bool = option(False, "report", "Warnings make the exit code 1, too.")

    def __post_init__(self) -> None:
        for one in fields(self):
            value = checked(type(self), one.name, getattr(self, one.name), one.name)
            object.__setattr__(self, one.name, value)

    def fingerprint(self) -> str:
        """A hash of all settings that a page's result depends on."""
        names = [one.name for one in fields(Settings) if option_of(one).group == "pages"]
        return fingerprint([getattr(self, name) for name in names])

    def provenance(self) -> str:
        """What pages are rendered by, as stands in them: our version, and a hash of settings."""
        return f"{__version__} {self.fingerprint()[:8]}"


def option_of(one: Field[Any]) -> Option:
    """What there is to know of a field of settings."""
    known: Option = one.metadata["option"]
    return known


def default_of(one: Field[Any]) -> Any:
    """The default of a field."""
    return one.default if one.default is not MISSING else None


def types_of(settings: type[Settings]) -> dict[str, Any]:
    """The types of fields by their names, without None."""
    return {name: _not_none(hint) for name, hint in get_type_hints(settings).items()}


def _not_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        [hint] = [one for one in get_args(hint) if one is not type(None)]
    return hint


def flag(name: str) -> str:
    """The flag of an option."""
    return f"--{name.replace('_', '-')}"


def variables(one: Field[Any]) -> tuple[str, ...]:
    """The environment variables of an option, the first that is set counts."""
    return (f"PRERENDER_{one.name.upper()}", *option_of(one).variables)


def load(
    settings: type[S],
    given: Mapping[str, Any],
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> S:
    """Settings from flags (`given`, by names of fields), variables, and a file.

    Without a file that is prerender.toml or pyproject.toml in the current folder, if there. Raises
    SettingsError.
    """
    flags = {
        name: checked(settings, name, _parsed(settings, name, value, flag(name)), flag(name))
        for name, value in given.items()
    }
    found = from_file(settings, file) | from_environment(settings, environment) | flags
    for one in fields(settings):
        needed = option_of(one).needs
        if one.name in given and needed is not None and not found.get(needed):
            raise SettingsError(f"{flag(one.name)} goes with {flag(needed)}")
    return settings(**found)


def from_environment(settings: type[Settings], environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings that variables name. Raises SettingsError."""
    found = {}
    for one in fields(settings):
        for name in variables(one):
            if text := environment.get(name):
                parsed = _parsed(settings, one.name, text, name)
                found[one.name] = checked(settings, one.name, parsed, name)
                break
    return found


def from_file(settings: type[Settings], explicit: Path | None) -> dict[str, Any]:
    """The settings in a file: `explicit`, or the usual ones. Raises SettingsError."""
    usual = (Path("prerender.toml"), Path("pyproject.toml"))
    file = explicit or next((file for file in usual if file.is_file()), None)
    data = {} if file is None else _table(file)
    known = [one.name for one in fields(settings)]
    found = {}
    for key, value in data.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SettingsError(f"{file}: unknown setting {key}{_meant(name, known)}")
        found[name] = checked(settings, name, value, f"{file}: {key}")
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


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"; is {close[0]} meant?" if close else f"; known: {', '.join(sorted(known))}"


def _parsed(settings: type[Settings], name: str, text: Any, place: str) -> Any:
    """The value that a variable or a flag names; what is no text is one already."""
    kind = types_of(settings)[name]
    if not isinstance(text, str):
        return text
    try:
        if kind in (int, float):
            return kind(text)
        if kind is bool:
            return _BOOLEANS[text.lower()]
        if get_origin(kind) is tuple:
            inner = get_args(kind)[0]
            words = text.replace(",", " ") if inner is int else text
            return [inner(word) for word in words.split()]
        if get_origin(kind) is Mapping:
            return json.loads(text)
    except (ValueError, KeyError):
        raise SettingsError(f"{place}: {text!r} is not {_in_words(kind)}") from None
    return text


_BOOLEANS = dict.fromkeys(("1", "true", "yes", "on"), True)
_BOOLEANS |= dict.fromkeys(("0", "false", "no", "off"), False)


def checked(settings: type[Settings], name: str, value: Any, place: str) -> Any:
    """The value of a setting in its type; `place` is where it comes from. Raises SettingsError."""
    [one] = [one for one in fields(settings) if one.name == name]
    if value is None and one.default is None:
        return None
    kind, known = types_of(settings)[name], option_of(one)
    value = _converted(kind, value)
    if not _fits(kind, value):
        raise SettingsError(f"{place} = {_shown(value)} is not {_in_words(kind)}")
    for number in value if isinstance(value, tuple) else (value,):
        if known.least is not None and number < known.least:
            raise SettingsError(f"{place} = {_shown(value)} is less than {known.least:g}")
        if known.most is not None and number > known.most:
            raise SettingsError(f"{place} = {_shown(value)} is more than {known.most:g}")
    if isinstance(value, Mapping):
        prefix = place.removesuffix(name)
        for mistake in mistakes(value):
            raise SettingsError(f"{prefix}{mistake}")
    return value


def _converted(kind: Any, value: Any) -> Any:
    """What is as good as a value of a type, as one."""
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


_WORDS: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
    tuple[str, ...]: "a list of strings",
    tuple[int, ...]: "a list of whole numbers",
}


def _in_words(kind: Any) -> str:
    """What values a type has."""
    if get_origin(kind) is Literal:
        return " or ".join(get_args(kind))
    return _WORDS.get(kind, "a table, like the object window.MathJax of a page")


def _shown(value: Any) -> str:
    """A value as a file would have it."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) < 60 else f"{shown[:60]}…"


def in_groups(settings: type[Settings], groups: Iterable[Group]) -> list[Field[Any]]:
    """The fields of settings that are of some groups, in order."""
    wanted = set(groups)
    return [one for one in fields(settings) if option_of(one).group in wanted]
