"""Checks the user's MathJax configuration; returns a message for each option MathJax 4 lacks.

Sources: the defaults of MathJax 4's inputs, outputs and packages, as it shows them when all are
loaded (a test asks it); docs.mathjax.org, "Configuring MathJax".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from prerender.setup.packages import KNOWN, name_of
from prerender.setup.values import APPEND, REMOVE, words

#: names of the types of options, for messages
_TYPE_NAMES = {
    str: "a text",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    object: "a value",
}
Options = Mapping[str, Any]


def _options(kind: type, names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


_TEX: Options = (
    _options(str, "mathStyle tags tagSide tagIndent tagAlign baseURL multlineWidth digits")
    | _options(float, "maxBuffer maxTemplateSubtitutions maxMacros")
    | _options(bool, "processEscapes processEnvironments processRefs useLabelIds allowTexHTML")
    | _options(bool, "ignoreDuplicateLabels")
    | _options(list, "inlineMath displayMath protectedMacros")
    | _options(dict, "active autoload")
    | {
        "ams": _options(str, "multlineWidth multlineIndent operatornamePattern"),
        "amscd": _options(str, "colspace rowspace harrowsize varrowsize")
        | _options(bool, "hideHorizontalLabels"),
        "bbm": _options(bool, "bold"),
        "begingroup": _options(list, "allowGlobal"),
        "color": _options(str, "padding borderWidth"),
        "mathtools": _options(
            str,
            "multlined-gap multlined-pos multlined-width firstline-afterskip lastline-preskip"
            " smallmatrix-align shortvdotsadjustabove shortvdotsadjustbelow centercolon-offset"
            " thincolon-dx thincolon-dw prescript-sub-format prescript-sup-format"
            " prescript-arg-format",
        )
        | _options(bool, "centercolon use-unicode legacycolonsymbols allow-mathtoolsset")
        | _options(dict, "pairedDelimiters tagforms"),
        "noundefined": _options(str, "color background size"),
        "physics": _options(bool, "italicdiff arrowdel"),
        "require": _options(dict, "allow") | _options(bool, "defaultAllow") | {"prefix": str},
        "setoptions": _options(bool, "allowPackageDefault allowOptionsDefault")
        | _options(dict, "allowOptions"),
        "textmacros": _options(list, "packages"),
        "units": _options(bool, "loose ugly"),
    }
)
_OUTPUT: Options = (
    _options(float, "scale minScale exFactor blacker")
    | _options(bool, "mtextInheritFont merrorInheritFont mathmlSpacing useXlink adaptiveCSS")
    | _options(bool, "matchFontHeight")
    | _options(str, "mtextFont merrorFont displayAlign displayIndent displayOverflow font htmlHDW")
    | _options(str, "fontPath fontCache localID")
    | _options(dict, "skipAttributes linebreaks")
    | _options(list, "fontExtensions")
)
_SECTIONS: Options = {
    "tex": _TEX,
    "mml": _options(str, "parseAs") | _options(bool, "forceReparse"),
    "asciimath": _options(list, "delimiters") | _options(bool, "fixphi displaystyle")
    | _options(str, "decimalsign"),
    "output": _OUTPUT,
    "svg": _OUTPUT,
    "chtml": _OUTPUT,
    "options": _options(object, "skipHtmlTags")
    | _options(dict, "includeHtmlTags renderActions menuOptions safeOptions a11y sre worker")
    | _options(str, "ignoreHtmlClass processHtmlClass lazyMargin")
    | _options(bool, "enableMenu enableAssistiveMml enableEnrichment enableComplexity enableSpeech")
    | _options(bool, "enableBraille enableExplorer enableExplorerHelp lazyAlwaysTypeset"),
    "loader": _options(list, "load require")
    | _options(dict, "paths source dependencies provides versionWarnings"),
    "startup": _options(object, "input output elements document handler adaptor")
    | _options(bool, "typeset polyfillHasOwn"),
}  # fmt: skip
#: options whose keys are names of the user's own
_NAMED = words("macros environments packages")


def mistakes(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message, beginning with the key, for each option that MathJax 4 does not know."""
    tex = config.get("tex")
    rest = dict(config)
    if isinstance(tex, Mapping):
        rest["tex"] = {name: value for name, value in tex.items() if name not in _NAMED}
        yield from _macros("mathjax.tex.macros", tex.get("macros", {}))
        yield from _macros("mathjax.tex.environments", tex.get("environments", {}))
        yield from _packages("mathjax.tex.packages", tex.get("packages", []))
    yield from _unknown("mathjax", rest, _SECTIONS)
    loader = config.get("loader")
    load = loader.get("load") if isinstance(loader, Mapping) else None
    for name in load if isinstance(load, list) else []:
        if str(name).startswith("[tex]/") and str(name).removeprefix("[tex]/") not in KNOWN:
            yield f"mathjax.loader.load: {_no_package(str(name).removeprefix('[tex]/'))}"


def _unknown(path: str, given: Mapping[str, Any], known: Options) -> Iterator[str]:
    for name, value in given.items():
        here = f"{path}.{name}"
        kind = known.get(name)
        if kind is None:
            close = get_close_matches(name, known, 1)
            suggestion = f"; did you mean {close[0]}?" if close else ""
            yield f"{here} is not an option of MathJax 4{suggestion}"
        elif isinstance(kind, Mapping):
            if isinstance(value, Mapping):
                yield from _unknown(here, value, kind)
            else:
                yield f"{here} must be a table"
        elif not _fits(value, kind):
            yield f"{here} must be {_TYPE_NAMES[kind]}"


def _fits(value: object, kind: type) -> bool:
    """Whether a value has a type; a table of additions and removals is valid for a list."""
    if kind is object:
        return True
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is list and isinstance(value, dict):
        return value.keys() <= {APPEND, REMOVE}
    return isinstance(value, kind)


def _macros(path: str, given: object) -> Iterator[str]:
    """Check macros: each is a text, or a list: text, number of arguments, the first's default."""
    if not isinstance(given, Mapping):
        yield f"{path} must be a table"
        return
    for name, macro in given.items():
        parts = macro if isinstance(macro, list) else [macro]
        kinds = (
            (str, str | int, str | int, str) if path.endswith("environments") else (str, int, str)
        )
        fits = 0 < len(parts) <= len(kinds) and all(map(isinstance, parts, kinds))
        if not fits:
            kinds_text = "a text, or a list: a text, a number of arguments, a default"
            yield f"{path}.{name} must be {kinds_text}"


def _packages(path: str, given: object) -> Iterator[str]:
    lists = given.values() if isinstance(given, Mapping) else [given]
    if isinstance(given, Mapping) and not given.keys() <= {APPEND, REMOVE}:
        yield f'{path} must be a list, or a table with the keys "[+]" and "[-]"'
        return
    for packages in lists:
        if not isinstance(packages, list):
            yield f"{path} must be a list of names"
            continue
        unknown = [name for name in map(name_of, packages) if name not in KNOWN]
        yield from (f"{path}: {_no_package(str(name))}" for name in unknown)


def _no_package(name: str) -> str:
    close = get_close_matches(name, KNOWN, 1)
    return f"there is no package {name}" + (f"; did you mean {close[0]}?" if close else "")
