"""The typesets of a page in; the fonts that its text needs out: their rules, and their files."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from prerender.cache.disk import Cache
from prerender.engine import FormulaInput, Job, JobResult, Markup, Typeset
from prerender.errors import EngineError
from prerender.hashing import fingerprint
from prerender.markup import (
    CORE,
    FontFile,
    core_file,
    face,
    face_inside,
    font_file,
    further_file,
    math_codes,
    math_face,
    math_file,
    math_inside,
    math_key,
    preload,
    sheet_file,
    stylesheet,
)

#: a set-up for jobs that typeset nothing
_SETUP: dict[str, Any] = {"version": "", "tex": {}, "scopes": [], "mathml": None}
_SETUP |= {"asciimath": None, "output": {}, "load": [], "markup": "html"}
SETUP = {fingerprint(_SETUP): _SETUP}

#: what answers a job
Answer = Callable[[Job], Awaitable[JobResult]]


class CoreFont:
    """The font that all pages of a run have in common, made when it is first needed."""

    def __init__(self) -> None:
        self._made: asyncio.Task[FontFile] | None = None

    async def file(self, answer: Answer) -> FontFile:
        """Its file, of the outlines from `answer`. Raises EngineError where one is missing."""
        if self._made is None:
            self._made = asyncio.create_task(_make(answer))
        return await self._made


async def _make(answer: Answer) -> FontFile:
    [key] = SETUP
    result = await answer(Job(key, (FormulaInput(CORE, False, "glyphs"),)))
    if missing := set(CORE) - result.outlines.keys():
        raise EngineError(f"MathJax gives no outlines for {''.join(sorted(missing))}")
    return await asyncio.to_thread(core_file, result.outlines)


class MathFonts:
    """The fonts of MathML that the pages of a run have, each made once, when it is first needed."""

    def __init__(self) -> None:
        self._made: dict[frozenset[int], asyncio.Task[FontFile]] = {}

    async def file(
        self, codes: frozenset[int], make: Callable[[frozenset[int]], Awaitable[FontFile]]
    ) -> FontFile:
        """The one that has these characters."""
        if codes not in self._made:
            self._made[codes] = asyncio.ensure_future(make(codes))
        return await self._made[codes]


async def made_math_file(codes: frozenset[int], cache: Cache) -> FontFile:
    """A font of MathML, from the cache where it has it."""
    key = math_key(codes)
    if (known := cache.font(key)) is not None:
        return font_file(known)
    file = await asyncio.to_thread(math_file, codes)
    cache.keep_font(key, file.data)
    return file


def codes_in(answers: Iterable[JobResult]) -> frozenset[int]:
    """What the font has of a page with these answers in MathML; nothing where there are none."""
    typesets = [one for answer in answers for one in answer.typesets]
    if not any(one.markup == "mathml" and one.layouts for one in typesets):
        return frozenset()
    return math_codes(characters_in(typesets, "mathml"))


def characters_in(typesets: Iterable[Typeset], markup: Markup = "html") -> set[str]:
    """The characters of our font that the formulas of a form have."""
    return {character for one in typesets if one.markup == markup for character in one.glyphs}


def has_text(answers: Iterable[JobResult]) -> bool:
    """Whether there is a formula in these answers that is text."""
    typesets = (one for answer in answers for one in answer.typesets)
    return any(one.markup == "html" and one.layouts for one in typesets)


class PageFont(NamedTuple):
    """What a page needs of fonts: rules, links in its head, and files of its site."""

    faces: list[str]
    links: list[str]
    shared: dict[str, list[str]]


def in_files(
    core: FontFile, outlines: Mapping[str, str], folder: str, *, external: bool
) -> PageFont:
    """The fonts in files, whose folder has this URL; `external`: the page has no rules itself."""
    further = further_file(outlines)
    fonts = [core] if further is None else [core, further]
    links = [preload(folder + file.name) for file in fonts]
    # The sheet that pages share stands in that folder
    faces = [face(file.name if external else folder + file.name, file.characters) for file in fonts]
    sheets = []
    if further is not None and external:
        sheets = [sheet_file(face(further.name, further.characters))]
    return PageFont(
        faces[:1] if external else faces,
        links + [stylesheet(folder + file.name) for file in sheets],
        _shared(fonts + sheets),
    )


def math_font(
    characters: set[str], file: FontFile | None, folder: str | None, *, external: bool
) -> PageFont:
    """The font of formulas as MathML, in a file whose folder has this URL, or in the page.

    `file` is that font, if it is made.
    """
    if folder is None:
        return PageFont([math_inside(characters)], [], {})
    file = file or math_file(math_codes(characters))
    sheets = [sheet_file(math_face(file.name))] if external else []
    return PageFont(
        [] if external else [math_face(folder + file.name)],
        [preload(folder + file.name)] + [stylesheet(folder + one.name) for one in sheets],
        _shared([file, *sheets]),
    )


def _shared(files: Iterable[FontFile]) -> dict[str, list[str]]:
    return {file.name: [base64.b64encode(file.data).decode()] for file in files}


def in_page(outlines: Mapping[str, str], text: str) -> PageFont:
    """The font in the page, with what its text needs."""
    return PageFont([face_inside(outlines, text)], [], {})
