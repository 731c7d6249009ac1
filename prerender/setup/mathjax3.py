"""Translates an evaluated configuration of MathJax 3 or 4, or the user's own, to a Setup.

Sources: MathJax 3.2 and 4.1, docs.mathjax.org "Configuring MathJax"; ts/input/tex/FindTeX.ts,
ts/handlers/html/HTMLDomStrings.ts, components/.../input/tex/register.js for defaults and merging.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prerender.setup.functions import translated
from prerender.setup.model import ElementFilter, Json, Lack, Pair, SearchRules, Setup
from prerender.setup.packages import BUILT_IN, FULL_3, component, loadable, name_of, to_load
from prerender.setup.probes import Probe, elements, found, typeset_only
from prerender.setup.scripts import Loader
from prerender.setup.values import (
    APPEND,
    FUNCTION,
    REMOVE,
    flag,
    has_code,
    insert,
    is_pattern,
    is_searchable,
    pairs,
    pattern,
    section,
    strings,
)

_SKIP = ("script", "noscript", "style", "textarea", "pre", "code")
SKIP_3 = (*_SKIP, "annotation", "annotation-xml")
SKIP_4 = (*_SKIP, "math", "select", "option", "mjx-container")
PAIRS = (Pair("\\(", "\\)", False), Pair("$$", "$$", True), Pair("\\[", "\\]", True))
BACKTICKS = (Pair("`", "`", False),)
#: options of `tex` that define where formulas are, or that are handled separately
_FIND = ("inlineMath", "displayMath", "processEscapes", "processEnvironments", "processRefs")
_OWN = (*_FIND, "packages", "FindTeX", "formatError", "tagformat")
_OUTPUT = ("displayAlign", "displayIndent", "mtextInheritFont", "merrorInheritFont", "mtextFont",
           "merrorFont", "scale", "minScale", "mathmlSpacing")  # fmt: skip
_TAGS = ("none", "ams", "all")
_SIDES = ("left", "right")


def defaults(loader: Loader | None = None) -> Setup:
    """Return the Setup of a page that loads MathJax without a configuration.

    Without a loader: MathJax 4, and `<script type="math/tex">` is math, too; MathML is not, because
    the browser renders it.
    """
    newest = loader is None or loader.version == "mathjax4"
    loaded = component(loader.components[0] if loader else "tex-mml-chtml", newest)
    return Setup(
        rules=SearchRules(
            version="mathjax4" if newest else "mathjax3",
            pairs=PAIRS if "tex" in loaded.inputs else (),
            switch=ElementFilter(SKIP_4 if newest else SKIP_3, "mathjax_ignore", "mathjax_process"),
            environments="tex" in loaded.inputs,
            escapes="tex" in loaded.inputs,
            refs="tex" in loaded.inputs,
            mathml=loader is not None and "mml" in loaded.inputs,
            scripts=loader is None,
        ),
        tex={"packages": list(loaded.packages or ("base",))},
        load=to_load(loaded.packages),
    )


def interpret(loader: Loader | None, data: Json) -> Setup:
    """Return the Setup of an evaluated page (`finish` in page.js)."""
    config = section(data, "mathjax")
    setup = _with_loaded(defaults(loader), loader, config)
    load = _loaded(loader, config)
    config = _as_mathjax4(setup, config, load)
    svg = "output/svg" in load or (loader is not None and "svg" in loader.components[0])
    output = strings(section(config, "startup").get("output")) or ["svg" if svg else "chtml"]
    setup = _without_unloaded(override(setup, config, output=output), load)
    return typeset_only(_with_actions(setup, config, found(data)), data)


def _loaded(loader: Loader | None, config: Json) -> list[str]:
    """Return the names of what the page loads; with "*" if it loads everything."""
    load = strings(section(config, "loader").get("load"))
    full = loader is not None and "full" in loader.components[0]
    everything = loader is None or full or {"input/tex-full", "[tex]/all-packages"} & set(load)
    return [*load, "*"] if everything else load


def _as_mathjax4(setup: Setup, config: Json, load: list[str]) -> Json:
    """Convert a configuration to MathJax 4's conventions.

    An array of packages replaces the list in MathJax 3, but is appended to it in version 4;
    `tagformat` has an effect only if its package is loaded.
    """
    tex, old = section(config, "tex"), setup.tex.get("packages", [])
    given = tex.get("packages")
    if isinstance(given, list) and setup.rules.version == "mathjax3":
        given = {REMOVE: old, APPEND: given}
    names = [name_of(package) for package in _merged_packages(old, given)]
    if "tagformat" not in names or not {"*", "[tex]/tagformat"} & set(load):
        tex = {name: value for name, value in tex.items() if name != "tagformat"}
    return config | {"tex": tex if given is None else tex | {"packages": given}}


def supply(setup: Setup, config: Json) -> Setup:
    """Merge the user's configuration over a page's Setup.

    It replaces what the Setup lacks: the set-up as a whole, where formulas are (if it has
    delimiters), and the macros that it defines.
    """
    macros = section(config, "tex", "macros")
    given = macros.keys() | section(config, "tex", "environments").keys()
    placed = not section(config, "tex").keys().isdisjoint(("inlineMath", "displayMath"))
    supplied = ("all", "unplaced") if placed else ("all",)
    remaining = [
        lack._replace(names=tuple(name for name in lack.names if name not in given))
        for lack in setup.lacks
        if lack.formulas not in supplied
    ]
    lacks = tuple(lack for lack in remaining if lack.names or lack.formulas != "named")
    scopes = tuple(
        scope._replace(macros={n: macro for n, macro in scope.macros.items() if n not in macros})
        for scope in setup.scopes
    )
    setup = replace(setup, lacks=lacks, scopes=scopes)
    if placed and setup.rules.scope is None:
        setup = replace(setup, rules=replace(setup.rules, scope=()), idle="")
    return override(_with_loaded(setup, None, config), config)


def override(setup: Setup, config: Json, output: list[str] | None = None) -> Setup:
    """Merge a configuration in MathJax 4's conventions over a Setup.

    `output`: the outputs (svg, chtml) whose options count besides the common ones; None: both.
    """
    tex, lacks = _tex(setup, section(config, "tex"))
    options = section(config, "output")
    for name in output or ["chtml", "svg"]:
        options = insert(options, section(config, name))
    mathml = {key: value for key, value in section(config, "mml").items() if not has_code(value)}
    return replace(
        setup,
        rules=_rules(setup.rules, config),
        tex=tex,
        load=to_load(tex.get("packages", ())),
        mathml=insert(setup.mathml, mathml),
        output=setup.output | {key: options[key] for key in _OUTPUT if _plain(options.get(key))},
        lacks=(*setup.lacks, *lacks),
    )


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def _rules(rules: SearchRules, config: Json) -> SearchRules:
    """Return the rules with the options of a configuration."""
    tex, options = section(config, "tex"), section(config, "options")
    switch = _switch(rules.switch, options)
    asciimath = _asciimath(rules.asciimath, section(config, "asciimath"))
    other = rules.asciimath_switch if rules.asciimath_switch != rules.switch else None
    return replace(
        rules,
        pairs=_pairs(rules.pairs, tex),
        switch=switch,
        environments=flag(tex, "processEnvironments", rules.environments),
        escapes=flag(tex, "processEscapes", rules.escapes),
        refs=flag(tex, "processRefs", rules.refs),
        include=_include(rules, section(options, "includeHtmlTags")),
        asciimath=asciimath,
        asciimath_switch=other or switch if asciimath else None,
        scope=_scope(rules.scope, section(config, "startup")),
        later=tuple(_rules(search, config) for search in rules.later),
    )


def _scope(old: tuple[str, ...] | None, startup: Json) -> tuple[str, ...] | None:
    elements = tuple(strings(startup.get("elements")))
    return elements or (() if startup.get("typeset") is True else old)


def _pairs(old: tuple[Pair, ...], tex: Json) -> tuple[Pair, ...]:
    result = old
    for name, display in (("inlineMath", False), ("displayMath", True)):
        if name in tex:
            before = [[pair.open, pair.close] for pair in result if pair.display is display]
            others = tuple(pair for pair in result if pair.display is not display)
            new = tuple(pairs(insert(before, tex[name]), display))
            result = new + others if display else others + new
    return result


def _switch(old: ElementFilter, options: Json) -> ElementFilter:
    skip = strings(insert(list(old.skip_tags), options.get("skipHtmlTags", list(old.skip_tags))))
    ignore, process = options.get("ignoreHtmlClass"), options.get("processHtmlClass")
    return ElementFilter(
        tuple(filter(is_searchable, skip)),
        old.ignore_class if ignore is None else pattern(strings(ignore), old.ignore_class),
        old.process_class if process is None else pattern(strings(process), old.process_class),
    )


def _include(rules: SearchRules, tags: Json) -> tuple[tuple[str, str], ...]:
    """Return the text that replaces tags within a formula; MathJax 3 accepts only its own tags."""
    known = dict(rules.include)
    given = {
        tag.lower(): text
        for tag, text in tags.items()
        if isinstance(text, str) and (tag in known or rules.version != "mathjax3")
    }
    return tuple((known | given).items())


def _asciimath(old: tuple[Pair, ...], options: Json) -> tuple[Pair, ...]:
    if not old or "delimiters" not in options:
        return old
    before = [[pair.open, pair.close] for pair in old]
    return tuple(pairs(insert(before, options["delimiters"]), False))


def _tex(setup: Setup, given: Json) -> tuple[Json, list[Lack]]:
    """Return options for MathJax 4's TeX input, and what could not be translated."""
    tex, lacks = dict(setup.tex), []
    for name, value in given.items():
        if name in _OWN:
            continue
        if has_code(value) and not (name == "digits" and is_pattern(value)):
            why = f"the page's tex.{name} contains functions, which cannot be run"
            lacks.append(Lack(why, "all"))
        elif name == "tags":
            tex["tags"] = value if value in _TAGS else tex.get("tags", "none")
        elif name == "tagSide":
            tex["tagSide"] = value if value in _SIDES else tex.get("tagSide", "right")
        elif name == "multlineWidth" and value:
            tex["ams"] = {"multlineWidth": value} | section(tex, "ams")
        else:
            tex[name] = insert(tex.get(name), value)
    packages, unknown = loadable(_merged_packages(tex.get("packages", []), given.get("packages")))
    tex["packages"] = packages
    lacks += [Lack(f"MathJax 4 has no package {name}", "undefined", (name,)) for name in unknown]
    formats, refused = tag_formats(section(given, "tagformat"))
    if formats:
        tex["tagformat"] = insert(tex.get("tagformat"), formats)
    return with_formats(tex), lacks + refused


def _merged_packages(old: list[Any], given: object) -> list[Any]:
    """Merge packages: an array is appended, {"[-]": [...]} removes (register.js of version 4)."""
    merged = insert(old, {APPEND: given} if isinstance(given, list) else given)
    return merged if isinstance(merged, list) else old


def tag_formats(given: Json) -> tuple[Json, list[Lack]]:
    """Return what the functions of `tagformat` compute, and a Lack for each that does more."""
    kept: Json = {}
    refused = []
    for name, value in given.items():
        source = value.get(FUNCTION) if isinstance(value, dict) else None
        if isinstance(source, str) and (computes := translated(source)) is not None:
            kept[name] = computes
        else:
            why = (
                f"the format of equation numbers ({name}) is code that uses more than its arguments"
            )
            refused.append(Lack(why, "numbered"))
    return kept, refused


def with_formats(tex: Json) -> Json:
    """Add the package that reads `tagformat` if there is such an option, else remove it."""
    packages = [package for package in tex["packages"] if name_of(package) != "tagformat"]
    return tex | {"packages": [*packages, "tagformat"] if "tagformat" in tex else packages}


def _with_loaded(setup: Setup, loader: Loader | None, config: Json) -> Setup:
    """Add what `loader.load` and `startup.input` load besides the component."""
    load = strings(section(config, "loader").get("load"))
    explicit = strings(section(config, "startup").get("input"))
    loads = {name.removeprefix("input/") for name in load if name.startswith("input/")}
    inputs = set(explicit) or loads
    newest = loader is None or loader.version == "mathjax4"
    rules, tex = setup.rules, setup.tex
    if inputs & {"tex", "tex-base", "tex-full"} and not rules.pairs:
        name = "startup-tex-full" if "tex-full" in inputs else "startup-tex"
        packages = ("base",) if "tex-base" in inputs else component(name, newest).packages
        tex = {"packages": list(packages)}
        rules = replace(rules, pairs=PAIRS, environments=True, escapes=True, refs=True)
    elif explicit and "tex" not in inputs:
        rules = _without_tex(rules)
    mathml = "mml" in inputs if explicit else rules.mathml or "mml" in inputs
    if "asciimath" in inputs:
        rules = replace(rules, asciimath=BACKTICKS)
    if "[tex]/all-packages" in load:
        tex = {"packages": list(dict.fromkeys([*tex.get("packages", []), *FULL_3]))}
    return replace(setup, rules=replace(rules, mathml=mathml), tex=tex)


def _without_tex(rules: SearchRules) -> SearchRules:
    return replace(rules, pairs=(), environments=False, escapes=False, refs=False)


def _without_unloaded(setup: Setup, load: list[str]) -> Setup:
    """Remove packages that the page names without loading them, as MathJax does."""
    if "*" in load:
        return setup
    loaded = {name.rpartition("/")[2] for name in load} | set(BUILT_IN)
    if {"empheq", "cases"} & loaded:
        loaded |= {"empheq", "mathtools"}
    packages = setup.tex.get("packages", [])
    kept = [package for package in packages if name_of(package) in loaded]
    dropped = [name for item in packages if item not in kept and (name := name_of(item))]
    warnings = [f"the page names the package {name} without loading it" for name in dropped]
    tex = setup.tex | {"packages": kept}
    return replace(setup, tex=tex, load=to_load(kept)).with_warnings(*warnings)


def _with_actions(setup: Setup, config: Json, probes: list[Probe]) -> Setup:
    """Add what render actions find; one named `find` replaces MathJax's own search."""
    rules = setup.rules
    if "find" in section(config, "options", "renderActions"):
        rules = replace(_without_tex(rules), mathml=False, asciimath=())
    scripts = rules.scripts or any(probe.selector == "script" for probe in probes)
    marked = elements(probes)
    late = any(probe.selector == "script" for probe in probes) or bool(marked)
    rules = replace(rules, scripts=scripts, elements=marked, elements_late=late)
    return replace(setup, rules=rules)
