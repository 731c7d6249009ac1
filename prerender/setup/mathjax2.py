"""Translates an evaluated configuration of MathJax 2 to a Setup in terms of MathJax 4.

Sources: MathJax 2.7 extensions/tex2jax.js, asciimath2jax.js, mml2jax.js, jax/input/TeX,
config/*.js; docs.mathjax.org, "Upgrading from v2 to v3", and "Configuration Options"
of version 2.7.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from prerender.browser.functions import read_function
from prerender.setup.lacks import called
from prerender.setup.mathjax3 import BACKTICKS, PAIRS, SKIP_3, tag_formats, with_formats
from prerender.setup.model import ElementFilter, Json, Lack, Pair, SearchRules, Setup
from prerender.setup.packages import KNOWN, to_load
from prerender.setup.probes import typeset_only
from prerender.setup.scripts import Loader
from prerender.setup.values import FUNCTION, flag, is_searchable, pairs, pattern, section, strings

#: TeX extensions whose name in MathJax 4 is not the lower-case name; "": none is needed
_RENAMED = {"amsmath": "", "amssymbols": "", "text-macros": "textmacros", "noerrors": "",
            "newcommand": "", "mathchoice": "", "autoload-all": "", "mhchem3": "mhchem",
            "noundefined": "noundefined", "mediawiki-texvc": ""}  # fmt: skip
#: further commands of MathJax 2's mhchem, synonyms of \ce
_CHEMISTRY: Json = {"cf": [r"\ce{#1}", 1], "cee": [r"\ce{#1}", 1]}
#: the elements that jsMath2jax treats as formulas
_JSMATH = (("span.math", False), ("div.math", True))
#: what MathJax 2 loads by itself, in the form that MathJax 4's autoload package takes
_AUTOLOAD: Json = {
    "action": [], "amscd": [[], []], "braket": [], "bussproofs": [[], []], "cancel": [],
    "color": [], "colorv2": ["color"], "enclose": [], "extpfeil": [], "mhchem": [],
    "html": ["href", "class", "style", "cssId"], "unicode": ["unicode"],
}  # fmt: skip
#: what the extension autoload-all adds to that
_AUTOLOAD_ALL: Json = {
    "action": ["mathtip", "texttip", "toggle"], "amscd": [[], ["CD"]],
    "begingroup": ["begingroup", "endgroup", "gdef", "global"],
    "cancel": ["cancel", "bcancel", "xcancel", "cancelto"],
    "color": ["color", "textcolor", "colorbox", "fcolorbox", "definecolor"], "colorv2": [],
    "enclose": ["enclose"], "mhchem": ["ce", "cee", "cf"],
    "extpfeil": ["Newextarrow", "xlongequal", "xmapsto", "xtofrom", "xtwoheadleftarrow",
                 "xtwoheadrightarrow"],
}  # fmt: skip
_FORMATS = {"formatNumber": "number", "formatTag": "tag", "formatID": "id", "formatURL": "url"}
_ID = {FUNCTION: read_function(Path(__file__).with_name("mathjax2-id.js"))}


def interpret(loader: Loader | None, data: Json) -> Setup:
    """Return the Setup of an evaluated page (`finish` in page.js)."""
    hub = section(data, "hub")
    config = section(hub, "config")
    names = set(_extensions(loader, config))
    tex, lacks = _tex(section(config, "TeX"), section(hub, "macros"), names)
    setup = Setup(
        rules=_rules(config, names, strings(hub.get("displays", []))),
        tex=tex,
        load=to_load(tex["packages"]),
        output=_output(loader, config),
        lacks=tuple(lacks),
    )
    return typeset_only(setup, data) if flag(config, "skipStartupTypeset", False) else setup


def _extensions(loader: Loader | None, config: Json) -> Iterator[str]:
    """Yield what is loaded, in lower case and without ".js": extensions, and inputs as "input/tex".

    A combined configuration has its own, in addition to the page's; if neither names any, MathJax
    reads TeX.
    """
    files = [*(loader.components if loader else ()), *strings(config.get("config"))]
    combined = [_normalized(name).removesuffix("-full") for name in files]
    tex = section(config, "TeX")
    named = [*strings(config.get("jax")), *strings(config.get("extensions"))]
    listed = [f"tex/{name}" for name in strings(tex.get("extensions"))]
    for name in combined:
        yield from _combined_extensions(name)
    for name in (*named, *listed):
        yield _normalized(name)
    if not named and not any("_" in name or name in ("default", "accessible") for name in combined):
        yield from ("input/tex", "tex2jax")


def _normalized(name: str) -> str:
    return name.strip().lower().removesuffix(".js").removeprefix("[mathjax]/extensions/")


def _combined_extensions(combined: str) -> Iterator[str]:
    """Yield what a combined configuration loads: "tex-mml-am_chtml", in lower case."""
    inputs, _, _ = combined.partition("_")
    parts = inputs.split("-") if "_" in combined else []
    if combined == "default":
        yield from ("input/tex", "tex2jax")
    if combined == "accessible":
        parts = ["tex", "ams", "mml"]
    if "tex" in parts:
        yield from ("input/tex", "tex2jax", "tex/noundefined")
    if "mml" in parts:
        yield from ("input/mathml", "mml2jax")
    if "am" in parts:
        yield from ("input/asciimath", "asciimath2jax")


def _rules(config: Json, names: set[str], displays: list[str]) -> SearchRules:
    """Return where MathJax 2's preprocessors find math; scripts of type math/... always count.

    `displays`: selectors of elements in which the page's own filters make AsciiMath a display.
    """
    tex, has_tex = section(config, "tex2jax"), "tex2jax" in names
    has_am = "asciimath2jax" in names
    ascii_math = section(config, "asciimath2jax")
    delimiters = pairs(ascii_math.get("delimiters"), False) or list(BACKTICKS)
    return SearchRules(
        version="mathjax2",
        pairs=_pairs(tex) if has_tex else (),
        switch=_switch(config, tex, "tex2jax"),
        environments=has_tex and flag(tex, "processEnvironments", True),
        escapes=has_tex and flag(tex, "processEscapes", False),
        refs=has_tex and flag(tex, "processRefs", True),
        include=(("br", " "), ("wbr", ""), ("#comment", "")),
        scripts=True,
        asciimath=tuple(delimiters) if has_am else (),
        asciimath_switch=_switch(config, ascii_math, "asciimath2jax") if has_am else None,
        asciimath_displays=tuple(displays),
        mathml="mml2jax" in names,
        elements=_JSMATH if "jsmath2jax" in names else (),
        scope=tuple(f"#{name}" for name in strings(config.get("elements"))),
    )


def _pairs(tex: Json) -> tuple[Pair, ...]:
    inline = pairs(tex["inlineMath"], False) if "inlineMath" in tex else PAIRS[:1]
    display = pairs(tex["displayMath"], True) if "displayMath" in tex else PAIRS[1:]
    return (*inline, *display)


def _switch(config: Json, options: Json, name: str) -> ElementFilter:
    """Return the element filter; previews and output of MathJax are never searched."""
    preview = strings(config.get("preRemoveClass", "MathJax_Preview"))
    ignored = strings(options.get("ignoreClass", f"{name}_ignore"))
    parts = [part for part in (*preview, *ignored) if part]
    process = strings(options.get("processClass", f"{name}_process"))
    output = "MathJax[^ ]*"
    return ElementFilter(
        tuple(filter(is_searchable, strings(options["skipTags"])))
        if "skipTags" in options
        else SKIP_3,
        pattern([*parts, output], f"MathJax_Preview|{name}_ignore|{output}"),
        pattern(process, f"{name}_process"),
    )


def _tex(options: Json, hooked: Json, names: set[str]) -> tuple[Json, list[Lack]]:
    """Return options for MathJax 4's TeX input, and what has no equivalent there."""
    packages, lacks = _packages(names)
    tex: Json = {
        "packages": packages,
        "macros": _extension_macros(names)
        | _macros(section(options, "Macros"))
        | _hooked_macros(hooked),
        "autoload": _autoload(packages, names) | _hooked_packages(hooked),
        "ams": {"multlineWidth": str(options.get("MultLineWidth", "85%"))},
    }
    if options.get("TagSide") in ("left", "right"):
        tex["tagSide"] = options["TagSide"]
    if isinstance(options.get("TagIndent"), str):
        tex["tagIndent"] = options["TagIndent"]
    numbers = section(options, "equationNumbers")
    tex["tags"] = _tags(numbers.get("autoNumber", "none"))
    tex["useLabelIds"] = flag(numbers, "useLabelIds", True)
    given = {_FORMATS[name]: value for name, value in numbers.items() if name in _FORMATS}
    formats, refused = tag_formats({"id": _ID} | given)
    tex["tagformat"] = tag_formats({"id": _ID})[0] | formats
    return with_formats(tex), lacks + refused


def _extension_macros(names: set[str]) -> Json:
    """Return the macros of extensions that MathJax 4 does not have."""
    chemistry = _CHEMISTRY if {"tex/mhchem", "tex/mhchem3", "tex/autoload-all"} & names else {}
    return chemistry | (_texvc() if "tex/mediawiki-texvc" in names else {})


@cache
def _texvc() -> Json:
    """Return the aliases of TeX commands that mediawiki-texvc defines."""
    data = json.loads(Path(__file__).with_name("texvc.json").read_text("utf-8"))
    macros: Json = {name: text for text, names in data.items() for name in names.split()}
    return macros | {"pagecolor": ["", 1]}


def _tags(number: object) -> str:
    """Return the numbering; MathJax 2 treats any value except "none" and "all" as "AMS"."""
    return number if number in ("none", "all") and isinstance(number, str) else "ams"


def _packages(names: set[str]) -> tuple[list[Any], list[Lack]]:
    """Return MathJax 4's packages for TeX extensions, and the extensions that it lacks."""
    packages: list[Any] = ["base", "ams", "newcommand", "require", "autoload", "configmacros"]
    lacks = []
    folder = "tex/"
    for name in sorted(name for name in names if name.startswith((folder, "[", "mathml/"))):
        if name.startswith("[a11y]"):
            continue
        stem = name.rpartition("/")[2]
        package = _RENAMED.get(stem, stem)
        if package and package not in KNOWN:
            why = f"MathJax 4 has no equivalent of the extension {name.removeprefix(folder)}"
            lacks.append(Lack(why, "undefined"))
        elif package and package not in packages:
            packages.append(package)
    return packages, lacks


def _autoload(packages: list[Any], names: set[str]) -> Json:
    """Return which commands load a package; `\\color` is colorv2's until color is loaded."""
    autoload = _AUTOLOAD | (_AUTOLOAD_ALL if "tex/autoload-all" in names else {})
    loaded: Json = {name: [] for name in packages if name in autoload}
    return autoload | loaded | ({"colorv2": []} if "color" in packages else {})


def _hooked_packages(hooked: Json) -> Json:
    """Return packages that a start-up hook has given macros to load: ["Extension", name]."""
    loads: Json = {}
    for name, value in hooked.items():
        if called(value) == "Extension" and isinstance(value, list) and strings(value[1:]):
            stem = _normalized(strings(value[1:])[0]).rpartition("/")[2]
            loads.setdefault(_RENAMED.get(stem, stem), []).append(name)
    return {package: macros for package, macros in loads.items() if package in KNOWN}


def _macros(given: Json) -> Json:
    """Return the valid macros: a text, or [text, number of arguments, the first's default]."""
    return {
        name: macro
        for name, macro in given.items()
        if isinstance(macro, str)
        or (isinstance(macro, list) and macro and isinstance(macro[0], str))
    }


def _hooked_macros(given: Json) -> Json:
    """Return macros that a start-up hook gave to MathJax.InputJax.TeX: ["Macro", text, ...]."""
    found = {
        name: [part for part in value[1:] if part is not None]
        for name, value in given.items()
        if isinstance(value, list) and len(value) > 1 and value[0] == "Macro"
    }
    return _macros(
        {name: parts[0] if len(parts) == 1 else parts for name, parts in found.items() if parts}
    )


def _output(loader: Loader | None, config: Json) -> Json:
    """Return alignment and size, from the section of the output that the configuration names."""
    result = {
        name: config[name]
        for name in ("displayAlign", "displayIndent")
        if isinstance(config.get(name), str)
    }
    options = section(config, _output_name(loader, config))
    scale = options.get("scale")
    if isinstance(scale, int | float) and not isinstance(scale, bool) and scale > 0:
        result["scale"] = scale / 100
    if "mtextFontInherit" in options:
        result["mtextInheritFont"] = flag(options, "mtextFontInherit", False)
    return result


def _output_name(loader: Loader | None, config: Json) -> str:
    """Return the name of the output: CommonHTML, SVG or HTML-CSS."""
    names = " ".join([*(loader.components if loader else ()), *strings(config.get("jax"))])
    if "_CHTML" in names or "CommonHTML" in names:
        return "CommonHTML"
    return "SVG" if "_SVG" in names or "output/SVG" in names else "HTML-CSS"
