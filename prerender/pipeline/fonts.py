"""The typesets of a page in; the font that its text needs out: its rules, and its files."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from prerender.engine import FormulaInput, Job, JobResult, Typeset
from prerender.hashing import fingerprint
from prerender.markup import (
    FontFile,
    Slice,
    characters_of,
    face,
    face_inside,
    font_file,
    preload,
    slices_of,
)

#: a set-up for jobs that typeset nothing
_SETUP: dict[str, Any] = {"version": "", "tex": {}, "scopes": [], "mathml": None}
_SETUP |= {"asciimath": None, "output": {}, "load": [], "markup": "html"}
SETUP = {fingerprint(_SETUP): _SETUP}

#: what answers a job
Answer = Callable[[Job], Awaitable[JobResult]]


class Fonts:
    """The parts of the font that a run has made, each once."""

    def __init__(self) -> None:
        self._made: dict[Slice, asyncio.Task[FontFile]] = {}

    async def files(self, parts: Iterable[Slice], answer: Answer) -> dict[Slice, FontFile]:
        """The files of these parts, made of what `answer` gives."""
        for part in parts:
            if part not in self._made:
                self._made[part] = asyncio.create_task(_make(part, answer))
        return {part: await self._made[part] for part in parts}


async def _make(part: Slice, answer: Answer) -> FontFile:
    [key] = SETUP
    characters = FormulaInput(characters_of(part), False, "glyphs")
    result = await answer(Job(key, (characters,)))
    return await asyncio.to_thread(font_file, part, result.outlines)


def characters_in(typesets: Iterable[Typeset]) -> set[str]:
    """The characters of our font that these formulas have."""
    return {character for one in typesets if one.markup == "html" for character in one.glyphs}


def parts_for(answers: Iterable[JobResult]) -> list[Slice]:
    """The parts that have what these answers need; none where there is no text."""
    typesets = [one for answer in answers for one in answer.typesets]
    is_text = any(one.markup == "html" and one.layouts for one in typesets)
    return slices_of(characters_in(typesets)) if is_text else []


class PageFont(NamedTuple):
    """What a page needs of the font: rules, what asks for it early, and files of its site."""

    faces: list[str]
    preloads: list[str]
    shared: dict[str, list[str]]


def in_files(files: Mapping[Slice, FontFile], folder: str, sheet: str) -> PageFont:
    """The font in files. `folder` is their URL from the page, `sheet` from its style sheet."""
    return PageFont(
        [face(part, sheet + file.name) for part, file in files.items()],
        [preload(folder + file.name) for file in files.values()],
        {file.name: [base64.b64encode(file.data).decode()] for file in files.values()},
    )


def in_page(outlines: Mapping[str, str], text: str) -> PageFont:
    """The font in the page, with what its text needs."""
    return PageFont([face_inside(outlines, text)], [], {})
