r"""Nothing in; the words that every theme is given out, in Markdown, reStructuredText and HTML.

Three pages of blocks: `first` and `second` are without errors and link to each other, `broken` has
one. In a block `$…$` is a formula and `[words](name)` a link to another page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape


@dataclass(frozen=True)
class Heading:
    """A heading of the second rank."""

    words: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True)
class Display:
    """A formula that stands alone."""

    tex: str


@dataclass(frozen=True)
class Items:
    """A list with bullets."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a table; the first is its head."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Display | Items | Table


@dataclass(frozen=True)
class Article:
    """A page: its name (of the file, too), its title, and its blocks."""

    name: str
    title: str
    blocks: tuple[Block, ...]


_WIDE = (
    r"f(x)=f(a)+f'(a)(x-a)+\frac{f''(a)}{2!}(x-a)^2+\frac{f'''(a)}{3!}(x-a)^3+\cdots"
    r"+\frac{f^{(n)}(a)}{n!}(x-a)^n+\frac{f^{(n+1)}(\xi)}{(n+1)!}(x-a)^{n+1}"
)
_MATRIX = (
    r"\begin{pmatrix}a_{11}&a_{12}&\cdots&a_{1n}\\a_{21}&a_{22}&\cdots&a_{2n}\\"
    r"\vdots&\vdots&\ddots&\vdots\\a_{m1}&a_{m2}&\cdots&a_{mn}\end{pmatrix}"
)
_ALIGNED = (
    r"\begin{align}(a+b)^2&=a^2+2ab+b^2\\(a+b)^3&=a^3+3a^2b+3ab^2+b^3=(a+b)(a+b)(a+b)\end{align}"
)
FIRST = Article(
    "first",
    r"Powers of $e$",
    (
        Text(r"Let $A$, $\mathbb{R}$, $M$ and $1$ stand in a line with $e^{i\pi}+1=0$, and $x_1$."),
        Text(
            r"A long one within a line, $a_1x^{n}+a_2x^{n-1}+a_3x^{n-2}+\cdots+a_nx+a_{n+1}=0$,"
            r" and one without a place to break, $\sqrt{1+\frac{1}{2}+\sqrt{2+\sqrt{3}}}$, follow."
        ),
        Display(_WIDE),
        Heading(r"The root $\sqrt{a^2+b^2}$ in a heading"),
        Display(_ALIGNED),
        Display(r"E=mc^2\tag{3.1}"),
        Items((r"An item with $\sum_{k=1}^n k$.", r"Another one, $\frac{n(n+1)}{2}$.")),
        Table(((r"The sign $s$", "What it is"), (r"$\alpha+\beta$", r"a sum, $\ge 0$"))),
        Display(r"e=f\notag"),
        Text(r"There is more about $\zeta(2)$ on [the page about $\zeta(s)$](second)."),
    ),
)
SECOND = Article(
    "second",
    r"Values of $\zeta(s)$",
    (
        Text(r"The value $\zeta(2)=\frac{\pi^2}{6}$ is what Euler found; so is $\zeta(4)$."),
        Heading(r"A matrix $M$"),
        Display(_MATRIX),
        Display(r"\zeta(s)=\sum_{n=1}^\infty\frac{1}{n^s}=\prod_p\frac{1}{1-p^{-s}}\tag{4}"),
        Display(_WIDE.replace("x-a", "y-b")),
        Text(r"Go back to [the page about $e$](first)."),
    ),
)
BROKEN = Article(
    "broken",
    "A mistake",
    (
        Text(r"Here is $\frac{1$, which is wrong, and $\sqrt{a+b}$ beside it, which is not."),
        Display(_WIDE),
        Display(r"\boxed{a+b=\sqrt{c+d}}\tag{5}"),
        Display(_ALIGNED),
        Text(r"It belongs to [the first page](first)."),
    ),
)
ARTICLES = (FIRST, SECOND, BROKEN)

_FORMULA = re.compile(r"\$([^$]+)\$")
_LINK = re.compile(r"\[([^][]+)\]\((\w+)\)")

Address = Callable[[str], str]


def plain_links(article: Article) -> Article:
    """The page with no formula inside a link: reStructuredText has no markup within markup."""

    def plain(words: str) -> str:
        return _LINK.sub(lambda found: f"[{_FORMULA.sub('it', found[1])}]({found[2]})", words)

    blocks = tuple(
        Text(plain(block.words)) if isinstance(block, Text) else block for block in article.blocks
    )
    return replace(article, blocks=blocks)


def markdown(article: Article, address: Address, *, title: bool = True) -> str:
    """The page in Markdown with dollars; `address` turns the name of a page into that of a link."""

    def words(text: str) -> str:
        return _LINK.sub(lambda found: f"[{found[1]}]({address(found[2])})", text)

    parts = [f"# {article.title}"] if title else []
    for block in article.blocks:
        match block:
            case Heading():
                parts.append(f"## {words(block.words)}")
            case Text():
                parts.append(words(block.words))
            case Display():
                parts.append(f"$$\n{block.tex}\n$$")
            case Items():
                parts.append("\n".join(f"- {words(item)}" for item in block.words))
            case Table():
                head, *rest = ("| " + " | ".join(map(words, row)) + " |" for row in block.rows)
                parts.append("\n".join([head, "|" + "---|" * len(block.rows[0]), *rest]))
    return "\n\n".join(parts) + "\n"


def html(article: Article, address: Address = str, *, dollars: bool = False) -> str:
    r"""The page's blocks as HTML with `\(…\)` and `\[…\]`, or with dollars."""
    inline, display = (("$", "$"), ("$$", "$$")) if dollars else ((r"\(", r"\)"), (r"\[", r"\]"))

    def words(text: str) -> str:
        marked = _FORMULA.sub(lambda found: inline[0] + found[1] + inline[1], escape(text))
        return _LINK.sub(lambda found: f'<a href="{address(found[2])}">{found[1]}</a>', marked)

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{words(cell)}</{tag}>" for cell in cells) + "</tr>"

    parts = []
    for block in article.blocks:
        match block:
            case Heading():
                parts.append(f"<h2>{words(block.words)}</h2>")
            case Text():
                parts.append(f"<p>{words(block.words)}</p>")
            case Display():
                parts.append(f"<p>{display[0]}{escape(block.tex)}{display[1]}</p>")
            case Items():
                items = "".join(f"<li>{words(item)}</li>" for item in block.words)
                parts.append(f"<ul>{items}</ul>")
            case Table():
                head, *rest = block.rows
                body = "".join(row(cells, "td") for cells in rest)
                parts.append(
                    f"<table><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>"
                )
    return "\n".join(parts) + "\n"


def restructured(article: Article) -> str:
    """The page in reStructuredText, for Sphinx."""

    def words(text: str) -> str:
        text = _LINK.sub(lambda found: f":doc:`{found[1]} <{found[2]}>`", text)
        return _FORMULA.sub(lambda found: f":math:`{found[1]}`", text)

    def underlined(text: str, sign: str) -> str:
        return f"{words(text)}\n{sign * len(words(text))}"

    def table(rows: Sequence[Sequence[str]]) -> str:
        cells = [
            f"   {'* -' if at == 0 else '  -'} {words(cell)}"
            for row in rows
            for at, cell in enumerate(row)
        ]
        return "\n".join([".. list-table::", "   :header-rows: 1", "", *cells])

    parts = [underlined(article.title, "=")]
    for block in plain_links(article).blocks:
        match block:
            case Heading():
                parts.append(underlined(block.words, "-"))
            case Text():
                parts.append(words(block.words))
            case Display():
                option = "   :nowrap:\n" if block.tex.startswith(r"\begin{align}") else ""
                parts.append(f".. math::\n{option}\n   {block.tex}")
            case Items():
                parts.append("\n".join(f"- {words(item)}" for item in block.words))
            case Table():
                parts.append(table(block.rows))
    return "\n\n".join(parts) + "\n"
