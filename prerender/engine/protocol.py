"""Jobs in, what a tab is sent out; what it answers in, typesets out (there: worker/protocol.js).

Both sides count with the same constants, which stand in worker/constants.json. The cache keeps
typesets in the form in which a tab answers them: names and lists are those of the model.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from prerender.engine.allowed import is_outline, refused
from prerender.engine.model import EquationNumber, Job, Label, Layout, Piece, Typeset

_CONSTANTS = json.loads(Path(__file__).with_name("worker").joinpath("constants.json").read_bytes())
#: the height of an x in MathJax's font, in thousandths of an em: formulas are sized by it, so that
#: they fit any text (MathJax 4: params.x_height of the newcm font)
X_HEIGHT: int = _CONSTANTS["xHeight"]
#: ex: what is no wider fits every column of text; a screen of 280 px has at least as many. No
#: layout is narrower.
NARROWEST: int = _CONSTANTS["narrowest"]
#: the same of the font of formulas as MathML
MATH_X_HEIGHT: int = _CONSTANTS["mathXHeight"]
#: what stands before ids and classes that authors give to parts of formulas (worker/given.js)
GIVEN_ID: str = _CONSTANTS["givenId"]
GIVEN_CLASS: str = _CONSTANTS["givenClass"]

#: what a tab has for Python (worker/protocol.js: publish), and Python for a tab
LOADED, RUN, REPORT_PROGRESS = "prerenderWorker.loaded", "prerenderWorker.run", "reportProgress"


class Answer(NamedTuple):
    """What a call gives: the typesets of each job's formulas, and the outlines that they use.

    `seconds` is what the tab took, `job_seconds` for each job, `layout_seconds` how much of that
    for layouts of displays, `speech_seconds` for what is said; `heap` the bytes that it holds now.
    """

    typesets: list[list[Typeset]]
    outlines: dict[str, str]
    seconds: float
    job_seconds: list[float]
    layout_seconds: float
    speech_seconds: float
    heap: int


def encode_call(setups: Mapping[str, Any], jobs: Sequence[Job], *, careful: bool) -> str:
    """A call for jobs; `setups` are those that the tab does not know yet, by their keys."""
    sent = [
        {"setup": job.setup, "formulas": [formula._asdict() for formula in job.formulas]}
        for job in jobs
    ]
    return json.dumps({"setups": setups, "jobs": sent, "careful": careful})


def decode_answer(text: str) -> Answer:
    """The answer to a call."""
    data = json.loads(text)
    outlines = {name: path for name, path in data["outlines"].items() if is_outline(path)}
    lost = data["outlines"].keys() - outlines.keys()
    return Answer(
        [[_checked(decode_typeset(typeset), lost) for typeset in job] for job in data["typesets"]],
        outlines,
        data["milliseconds"] / 1000,
        [time / 1000 for time in data["job_milliseconds"]],
        data["layout_milliseconds"] / 1000,
        data["speech_milliseconds"] / 1000,
        data["heap"],
    )


def _checked(typeset: Typeset, lost: Collection[str]) -> Typeset:
    """A typeset as a page may have it, without these outlines; an error in place of any other."""
    found = refused(typeset) or next((name for name in typeset.glyphs if name in lost), None)
    if found is None:
        return typeset
    return Typeset(error=f"it is drawn with what no formula may have: {found}")


def decode_typeset(data: Mapping[str, Any]) -> Typeset:
    """From what a tab answers, or the cache. Raises LookupError, TypeError, AttributeError."""
    return Typeset(
        layouts=tuple(_layout(layout) for layout in data.get("layouts", ())),
        glyphs=tuple(data.get("glyphs", ())),
        undefined=tuple(data.get("undefined", ())),
        guessed=tuple(data.get("guessed", ())),
        tags=_labels(data.get("tags", ())),
        refs=_labels(data.get("refs", ())),
        error=data.get("error"),
        markup=data.get("markup", "svg"),
        speech=data.get("speech", ""),
        braille=data.get("braille", ""),
        mathml=data.get("mathml", ""),
    )


def _layout(data: Mapping[str, Any]) -> Layout:
    tag = data.get("tag")
    return Layout(
        data["width"],
        data["height"],
        data["depth"],
        tuple(part if isinstance(part, str) else Piece(*part) for part in data["body"]),
        tag and _number(tag),
        data.get("indent", 0),
        data.get("break_before"),
        data.get("full_width", False),
    )


def _number(data: Mapping[str, Any]) -> EquationNumber:
    body = tuple(data["body"])
    return EquationNumber(data["width"], body, data["gap"], data["side"], data["row"])


def _labels(data: Iterable[Sequence[Any]]) -> tuple[Label, ...]:
    return tuple(Label(*label) for label in data)
