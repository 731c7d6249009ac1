"""Selects the script elements of a page that concern math, and makes an evaluation request of them.

Loaders are recognised by their URLs, as in the guides of MathJax ("Loading MathJax", versions 2.7
to 4) and KaTeX ("Browser", "Auto-render").
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from prerender.setup.libraries import is_library, katex_in, with_intercepted_calls
from prerender.setup.model import Json, Version

#: reads the text of a script by its URL as written; None if it is not in the site
Read = Callable[[str], str | None]
Family = Literal["mathjax2", "mathjax", "katex"]

#: regular expressions for both Python and JavaScript
LOADERS: dict[Family, str] = {
    "mathjax2": r"(?:^|/)MathJax\.js(?:[?#]|$)|(?:^|/)latest\.js\?(?:.*&)?config="
    r"|(?:^|/)config/(?:(?:TeX|MML|AM)(?:-(?:TeX|MML|AMS|AM))*_[\w-]+|Accessible(?:-full)?)\.js"
    r"(?:[?#]|$)",
    "mathjax": r"(?:^|/)(?:tex|mml|tex-mml)-(?:chtml|svg)(?:-[a-z-]+)?(?:\.min)?\.js(?:[?#]|$)"
    r"|[Mm]ath[Jj]ax.*/startup(?:\.min)?\.js(?:[?#]|$)"
    r"|(?:^|/)latest\.js\?(?:tex|mml)-",
    "katex": r"(?:^|/)(?:katex|(?:katex-)?auto-render|mathtex-script-type)(?:\.min)?\.m?js"
    r"(?:[?#]|$)"
    r"|[Kk]a[Tt]e[Xx].*/contrib/[\w.-]+\.m?js(?:[?#]|$)",
}
#: any loader
LIBRARIES = re.compile("|".join(LOADERS.values()))
MENTIONS = re.compile(r"mathjax|katex|renderMathInElement|RevealMath", re.IGNORECASE)
SCRIPT_TYPES = frozenset(
    f"{group}/{name}"
    for group in ("text", "application")
    for name in ("javascript", "ecmascript", "x-javascript", "jscript", "livescript")
)
_REQUIRE = re.compile(r"(?:^|/)require(?:js)?(?:\.min)?\.js(?:[?#]|$)")
_REVEAL = re.compile(r"(?:^|/)reveal(?:\.esm|\.min)?\.m?js\b|\breveal\.esm\.js['\"]")
_CONFIG_TYPE = re.compile(r"text/x-mathjax-config(?:;.*)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$][\w$]{2,}")
_DECLARED = re.compile(rf"(?:\b(?:var|let|const|function)\s+|\bwindow\.)({_NAME.pattern})")
#: a file with a library's name is the library only from this size on, else code that uses it
_LIBRARY_SIZE = 20_000
#: no configuration is larger, but a search index that mentions MathJax may be
_LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Script:
    """A script element: its type and URL as written ("" and None if absent) and its text."""

    type: str = ""
    src: str | None = None
    text: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)

    @property
    def executable(self) -> bool:
        """Whether a browser runs it (https://html.spec.whatwg.org/multipage/scripting.html)."""
        kind = self.type.partition(";")[0].strip().lower()
        return kind in ("", "module") or kind in SCRIPT_TYPES

    @property
    def is_config(self) -> bool:
        """Whether it is a MathJax 2 configuration block."""
        return _CONFIG_TYPE.fullmatch(self.type.replace(" ", "")) is not None

    @property
    def deferred(self) -> bool:
        """Whether the browser continues with the page before it runs."""
        return "module" in self.type.lower() or (
            self.src is not None and ("defer" in self.attrs or "async" in self.attrs)
        )


@dataclass(frozen=True, slots=True)
class Loader:
    """What a loader loads: a version, and the names of its component or configuration files."""

    version: Version
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the sandbox: run a text, or act as a loader (page.js documents the fields)."""

    script: int
    does: Literal["run", "load"]
    what: str
    type: Literal["classic", "module", "config"] = "classic"
    deferred: bool = False
    own: bool = True
    attrs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """An element of the page that scripts ask for (probes.js documents the fields)."""

    selector: str
    path: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    text: str | None = None
    delimiters: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Request:
    """An evaluation request: a value that is equal for pages with the same set-up."""

    steps: tuple[Step, ...] = ()
    loaders: tuple[tuple[int, Loader], ...] = ()
    amd: bool = False
    deck: bool = False
    #: URLs of scripts that concern math, by their names, but cannot be read
    unread: tuple[str, ...] = ()
    #: what the scripts ask for: elements of the page, files of the site by URL, names that nothing
    #: defines
    planted: tuple[Planted, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    #: selectors that they use, and that match no element of the page
    absent: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A hash of all that the answer depends on, except for our own version."""
        text = json.dumps([asdict(self), LOADERS], sort_keys=True)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()

    @property
    def runs(self) -> bool:
        """Whether there is anything to run."""
        return self.amd or any(step.does == "run" for step in self.steps)


def family_of(src: str) -> Family | None:
    """Return the family of the loader at a URL, by the URL alone; None if it is not one."""
    try:
        urlsplit(src)
    except ValueError:  # "http://[": no browser loads anything from there
        return None
    return next((name for name, pattern in LOADERS.items() if re.search(pattern, src)), None)


def loader_of(src: str, text: str | None = None) -> Loader | None:
    """Return the loader at a URL; None if it is not one. `text`: the file's text, if known.

    A site may call its own configuration katex.js: a short file of that name is not the library.
    KaTeX is recognised under any name, if the file contains nothing else.
    """
    family = family_of(src)
    inside = katex_in(text, _stem(src)) if text is not None and len(text) <= _LARGEST else ()
    if inside and text is not None:
        return Loader("katex", inside) if is_library(text, named=family == "katex") else None
    if family is None or (text is not None and len(text) < _LIBRARY_SIZE and MENTIONS.search(text)):
        return None
    if family == "katex":
        return Loader("katex", (_stem(src),))
    if family == "mathjax2":
        return Loader("mathjax2", _configuration_files(src))
    component = urlsplit(src).query.partition("&")[0] if _stem(src) == "latest" else _stem(src)
    return Loader(_version(src, text), (component.removesuffix(".js").removesuffix(".min"),))


def _stem(src: str) -> str:
    name = unquote(urlsplit(src).path).rpartition("/")[2]
    return re.sub(r"(?:\.min)?\.m?js$", "", name)


def _configuration_files(src: str) -> tuple[str, ...]:
    """Return the configuration files in the URL of MathJax.js: ?config=TeX-AMS_CHTML-full,Safe.

    A page may also load one as a script of its own: config/TeX-AMS_CHTML-full.js.
    """
    if _stem(src) not in ("MathJax", "latest"):
        return (_stem(src),)
    names = parse_qs(urlsplit(src).query).get("config", [""])[0]
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _version(src: str, text: str | None) -> Version:
    """Return version 3 or 4 by the URL or the file's text; the newest if neither tells."""
    in_url = re.search(r"mathjax(?:@|/|-|/v)?([34])(?![0-9])", src, re.IGNORECASE)
    in_text = re.search(r'VERSION\s*=\s*"([34])\.', text) if text else None
    number = in_url[1] if in_url else in_text[1] if in_text else "3" if "/es5/" in src else "4"
    return "mathjax3" if number == "3" else "mathjax4"


def collect(scripts: Sequence[Script], read: Read) -> Request:
    """Make a request of the scripts that concern math. Raises what `read` raises."""
    steps: list[Step] = []
    loaders: list[tuple[int, Loader]] = []
    unread: list[str] = []
    for index, script in enumerate(scripts):
        if script.is_config:
            steps.append(Step(index, "run", script.text, "config"))
        elif script.executable:
            loader, own = _loader_and_steps(index, script, read)
            steps += own
            loaders += [(index, loader)] if loader else []
            if script.src and MENTIONS.search(script.src) and not (loader or read(script.src)):
                unread.append(script.src)
    steps = [*_declaring_scripts(scripts, steps), *steps]
    amd = any(script.src and _REQUIRE.search(script.src) for script in scripts)
    amd = amd and any(step.does == "run" for step in steps)
    deck = any(_REVEAL.search(script.src or script.text) for script in scripts)
    found = tuple(_combined(loaders))
    return Request(tuple(steps), found, amd, deck, tuple(unread))


def loaded(request: Request) -> Json:
    """Return what is known of a request without running anything: its first loader."""
    loads = [step for step in request.steps if step.does == "load" and step.what != "katex"]
    first = min(loads, key=lambda step: step.deferred, default=None)
    return {"loaded": [{"script": first.script}] if first else []}


def _combined(loaders: Sequence[tuple[int, Loader]]) -> Iterator[tuple[int, Loader]]:
    """Give each loader of MathJax 2 the components of all of them."""
    version2 = [loader for _, loader in loaders if loader.version == "mathjax2"]
    names = tuple(dict.fromkeys(name for loader in version2 for name in loader.components))
    for index, loader in loaders:
        yield index, replace(loader, components=names) if loader in version2 else loader


#: attributes that control how a script is loaded, and that it does not read
_TECHNICAL = frozenset(
    ["type", "async", "defer", "nonce", "integrity", "crossorigin", "referrerpolicy", "onload",
     "data-main"]
)  # fmt: skip


def _readable_attributes(
    script: Script, text: str, kind: str = "classic"
) -> tuple[tuple[str, str], ...]:
    """Return the attributes that a script may read of its own element; its URL only if needed.

    URLs differ from folder to folder, and would make otherwise equal requests differ.
    """
    located = "currentScript" in text or (kind == "module" and _IMPORTED.search(text) is not None)
    left_out = _TECHNICAL if located else _TECHNICAL | {"src"}
    return tuple(item for item in script.attrs.items() if item[0] not in left_out)


def _declaring_scripts(scripts: Sequence[Script], steps: Sequence[Step]) -> Iterator[Step]:
    """Yield inline scripts that do not mention math, but declare names that math scripts use."""
    taken = {step.script for step in steps}
    used = {name for step in steps if step.own for name in _NAME.findall(step.what)}
    for index, script in enumerate(scripts):
        plain = script.executable and script.src is None and not script.deferred
        if plain and index not in taken and used.intersection(_DECLARED.findall(script.text)):
            yield Step(index, "run", script.text, own=False)


def _loader_and_steps(index: int, script: Script, read: Read) -> tuple[Loader | None, list[Step]]:
    """Return the loader that an executable script is, if any, and its steps."""
    kind: Literal["classic", "module"] = "module" if "module" in script.type.lower() else "classic"
    if script.src is None:
        if katex_in(script.text, ""):
            return _bundle(index, script, script.text, kind)
        if not concerns(script.text, "", kind, read):
            return None, []
        attributes = _readable_attributes(script, script.text)
        return None, [Step(index, "run", script.text, kind, script.deferred, attrs=attributes)]
    main = script.attrs.get("data-main") if _REQUIRE.search(script.src) else None
    if main is not None:
        text = read(main) or read(f"{main}.js")
        if text is None or not is_about_math(text):
            return None, []
        attributes = _readable_attributes(script, text)
        return None, [Step(index, "run", text, "classic", True, own=False, attrs=attributes)]
    text = read(script.src)
    loader = loader_of(script.src, text)
    if loader is None and text is not None and len(text) <= _LARGEST and katex_in(text, ""):
        return _bundle(index, script, text, kind)
    if loader is None:
        if text is None or not concerns(text, script.src, kind, read):
            return None, []
        attributes = _readable_attributes(script, text, kind)
        return None, [Step(index, "run", text, kind, script.deferred, own=False, attrs=attributes)]
    return loader, list(_load(index, script, loader, read))


_IMPORTED = re.compile(r"""\bimport\b[^'"();]*\(?\s*['"](\.{0,2}/[^'"]+)['"]""")
#: how deep imports of modules are followed
_MAX_IMPORT_DEPTH = 3


def concerns(text: str, src: str, kind: str, read: Read, depth: int = 0) -> bool:
    """Whether a script (at `src`), or a module of the site that it imports, concerns math."""
    if is_about_math(text):
        return True
    if kind != "module" or depth == _MAX_IMPORT_DEPTH or len(text) > _LARGEST:
        return False
    folder = src.rpartition("/")[0] + "/" if "/" in src else ""
    paths = _IMPORTED.findall(text)
    names = [path if path.startswith("/") else f"{folder}{path}" for path in paths]
    texts = [(name, imported) for name in names if (imported := read(name)) is not None]
    return any(concerns(imported, name, kind, read, depth + 1) for name, imported in texts)


def is_about_math(text: str) -> bool:
    """Whether a text mentions math engines, and is small enough for a configuration."""
    return len(text) <= _LARGEST and MENTIONS.search(text) is not None


def _bundle(
    index: int, script: Script, text: str, kind: Literal["classic", "module"]
) -> tuple[Loader, list[Step]]:
    """Return the loader and the steps of a script with KaTeX in it, and perhaps its use."""
    steps = [Step(index, "load", "katex", deferred=script.deferred)]
    if not is_library(text, named=False):
        seen, own, attributes = (
            with_intercepted_calls(text),
            script.src is None,
            _readable_attributes(script, text, kind),
        )
        steps.append(Step(index, "run", seen, kind, script.deferred, own, attributes))
    return Loader("katex", katex_in(text, "")), steps


def _load(index: int, script: Script, loader: Loader, read: Read) -> Iterator[Step]:
    """Yield the steps of a loader, with configuration in its element and in files of the site."""
    family = "mathjax" if loader.version in ("mathjax3", "mathjax4") else loader.version
    yield Step(index, "load", family, deferred=script.deferred)
    if loader.version == "mathjax2":
        for name in loader.components:
            if "/" in name and (text := read(name if name.endswith(".js") else f"{name}.js")):
                yield Step(index, "run", text, "config", own=False)
        if script.text.strip():
            yield Step(index, "run", script.text, "config")
    if called := script.attrs.get("onload"):
        yield Step(index, "run", called, deferred=True)
