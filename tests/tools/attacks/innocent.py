"""Forty pages of others, with set-ups of their own: they come out as if nobody else were there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

_V = "https://cdn.example/npm/mathjax@{}/tex-mml-chtml.js"
_HEADS = [
    f"<script src={_V.format(4)}></script>",
    f"<script>MathJax={{tex:{{tags:'ams',inlineMath:[['$','$'],['\\\\(','\\\\)']]}}}}</script><script src={_V.format('3/es5')}></script>",
    f"<script>MathJax={{tex:{{macros:{{RR:'\\\\mathbb{{R}}',abs:['|#1|',1]}},tags:'all'}}}}</script><script src={_V.format(4)}></script>",
    "<script type=text/x-mathjax-config>MathJax.Hub.Config({TeX:{Macros:{foo:'x^2'}}})</script>"
    "<script src='https://cdn.example/mathjax/2.7.9/MathJax.js?config=TeX-AMS_HTML'></script>",
    "<script src=https://cdn.example/npm/katex@0.16/dist/katex.min.js></script><script src=https://cdn.example/npm/"
    "katex@0.16/dist/contrib/auto-render.min.js onload='renderMathInElement(document.body)'></script>",
]  # fmt: skip
_MATH = [
    r"\[\begin{array}{c|lr}a&b&c\end{array}\]", r"\(\color{red}x\) \(\frac ab\) \(\sqrt x\)", r"\[\begin{matrix}a&b\\c&d\end{matrix}\]",
    r"\(\alpha\beta\gamma\pi\mu\)", r"\(\sin x\) \(\lim_n y\) \(\sum_i i\)", r"\[\begin{cases}a\\b\end{cases}\]",
    r"\[\begin{align}a&=b\\c&=d\end{align}\]", r"\(\text{a b}\) \(\mathbb R\)", r"\(\left(\frac ab\right)\) \(x'\)",
    r"\[\begin{multline}a\\b\end{multline}\]", r"\(3{,}141.59\) \(\operatorname{foo}x\)", r"\(a := b\)",
]  # fmt: skip


def innocent(count: int = 40) -> Iterator[str]:
    """Pages, each with other formulas."""
    for number, head in enumerate(islice(cycle(_HEADS), count)):
        math = " ".join(
            f"<p>{one}</p>" for one in (_MATH[number::5] or _MATH) + _MATH[: number % 7]
        )
        yield f"<!doctype html><html lang=en><head><title>{number}</title>{head}</head><body>{math}<p>\\(x_{{{number}}}\\)</p></body></html>"
