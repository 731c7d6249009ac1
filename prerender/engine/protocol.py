"""Jobs in, what a tab is sent out; what it answers in, typesets out (there: worker/protocol.js).

Both sides count with the same constants, which stand in worker/constants.json. The cache keeps
typesets in the form in which a tab answers them: names and lists are those of the model.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from prerender.engine.allowed import is_outline, refused
from prerender.engine.model import EquationNumber, Job, JobResult, Label, Layout, Piece, Typeset

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


class SentJob(NamedTuple):
    """A job as a tab reads it: JSON texts of its formulas, which nobody on the way has to parse."""

    setup: str
    formulas: tuple[str, ...]
    weight: int


class SentAnswer(NamedTuple):
    """An answer to a job as a tab writes it, in JSON texts that nobody on the way has to parse.

    `typesets` are those of its formulas, in order, without those in `lacking`: the indexes of
    formulas that no tab survives, and why. `outlines` are those of all that was typeset with it.
    """

    typesets: str = "[]"
    outlines: str = "{}"
    lacking: tuple[tuple[int, str], ...] = ()
    given_up: bool = False
    """As in JobResult."""

    @property
    def size(self) -> int:
        """Its characters, which is about what it takes of memory, in bytes."""
        return len(self.typesets) + len(self.outlines)


class Answer(NamedTuple):
    """What a call gives: the typesets of each job, and the outlines that they use, in JSON.

    `seconds` is what the tab took, `job_seconds` for each job, `layout_seconds` how much of that
    for layouts of displays, `speech_seconds` for what is said; `heap` the bytes that it holds now.
    """

    typesets: list[str]
    outlines: str
    seconds: float
    job_seconds: list[float]
    layout_seconds: float
    speech_seconds: float
    heap: int


def encode_job(job: Job) -> SentJob:
    """A job for a tab."""
    formulas = tuple(json.dumps(formula._asdict()) for formula in job.formulas)
    return SentJob(job.setup, formulas, job.weight)


def encode_call(setups: Mapping[str, str], jobs: Sequence[SentJob], *, careful: bool) -> str:
    """A call for jobs; `setups` are those that the tab does not know yet, in JSON, by keys."""
    known = ", ".join(f"{json.dumps(key)}: {setup}" for key, setup in setups.items())
    sent = ", ".join(
        f'{{"setup": {json.dumps(job.setup)}, "formulas": [{", ".join(job.formulas)}]}}'
        for job in jobs
    )
    return f'{{"setups": {{{known}}}, "jobs": [{sent}], "careful": {json.dumps(careful)}}}'


def decode_answer(text: str, count: int) -> Answer:
    """The answer to a call for so many jobs, its parts as they came.

    Raises ValueError, LookupError, TypeError where it is none.
    """
    head, outlines, *typesets = text.split("\n")
    if len(typesets) != count:
        raise ValueError(f"{len(typesets)} answers to {count} jobs")
    took = json.loads(head)
    return Answer(
        typesets,
        outlines,
        took["milliseconds"] / 1000,
        [time / 1000 for time in took["job_milliseconds"]],
        took["layout_milliseconds"] / 1000,
        took["speech_milliseconds"] / 1000,
        took["heap"],
    )


def open_answer(answer: SentAnswer, count: int) -> JobResult:
    """The result of a job with `count` formulas: what a tab has answered, checked."""
    try:
        return _opened(answer, count)
    except (ValueError, LookupError, TypeError, AttributeError):
        error = Typeset(error=_UNREADABLE, accident=True)
        return JobResult((error,) * count)


_UNREADABLE = "cannot be typeset: what the browser answers cannot be read"


def _opened(answer: SentAnswer, count: int) -> JobResult:
    outlines, lost = _outlines(answer.outlines)
    typesets = [_checked(decode_typeset(one), lost) for one in json.loads(answer.typesets)]
    for index, why in answer.lacking:
        typesets.insert(index, Typeset(error=why, accident=True))
    if len(typesets) != count:
        raise ValueError(f"{len(typesets)} typesets of {count} formulas")
    glyphs = {glyph for typeset in typesets for glyph in typeset.drawn}
    own = {glyph: outlines[glyph] for glyph in glyphs}
    return JobResult(tuple(typesets), own, answer.given_up)


@lru_cache(maxsize=2)
def _outlines(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """The outlines in a text that a page may have, and the names of others. Jobs share texts."""
    found: dict[str, str] = json.loads(text)
    outlines = {name: path for name, path in found.items() if is_outline(path)}
    return outlines, frozenset(found.keys() - outlines.keys())


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
