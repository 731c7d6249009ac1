"""A feed and the edits that render it in; the feed that also carries its source out, and back.

Readers of feeds take most attributes away, so what was replaced stands in one place: in a comment
behind the last element, or, in JSON, in an object of our own, `_prerender`
(https://www.jsonfeed.org/version/1.1/#extensions-a-name-extensions-a). There are a hash of the
source, and in order each stretch that was replaced: how many characters it stands behind the one
before, how many stand in its place, and itself. A feed is rendered only if all of that fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from prerender.hashing import digest
from prerender.markup.roundtrip import DamagedError
from prerender.source import Edit, splice
from prerender.source.feeds import is_json

_BEGIN, _END = "<!--prerender feed ", "-->"
_JSON_BEGIN = ',"_prerender":'


class _Carrier(NamedTuple):
    """Where the carrier stands, and what it holds."""

    start: int
    end: int
    told: Sequence[Any]


def rendered_feed(text: str, edits: Sequence[Edit], mark: str) -> str:
    """The feed with its edits applied, and its source; `mark` tells what it is rendered by."""
    told: list[Any] = [mark, _hash(text)]
    at = 0
    for edit in sorted(edits):
        told += [edit.start - at, len(edit.text), text[edit.start : edit.end]]
        at = edit.end
    result = splice(text, edits)
    if not is_json(text):
        safe = json.dumps(told, separators=(",", ":")).replace("--", "-\\u002d")
        for sign in "<>&":
            safe = safe.replace(sign, f"\\u{ord(sign):04x}")
        return f"{result}{_BEGIN}{safe}{_END}"
    place = result.rindex("}")
    carried = json.dumps({"source": told}, separators=(",", ":"))
    return f"{result[:place]}{_JSON_BEGIN}{carried}{result[place:]}"


def restored_feed(text: str) -> str:
    """The source of a feed, rendered or not. Raises DamagedError where it was changed since."""
    carrier = _carrier(text)
    if carrier is None:
        return text
    body = text[: carrier.start] + text[carrier.end :]
    with suppress(ValueError, TypeError, LookupError):
        source = splice(body, _edits(carrier.told[2:]))
        if carrier.told[1] == _hash(source):
            return source
    message = "its source is lost: the feed was changed after it was rendered"
    raise DamagedError(message, carrier.start)


def is_rendered_feed(text: str) -> bool:
    """Whether a feed carries its source."""
    return _carrier(text) is not None


def _carrier(text: str) -> _Carrier | None:
    if not is_json(text):
        start = text.rfind(_BEGIN)
        if start < 0 or not text.endswith(_END):
            return None
        found = _loaded(text[start + len(_BEGIN) : -len(_END)])
        return _Carrier(start, len(text), found) if isinstance(found, list) else None
    start = text.rfind(_JSON_BEGIN)
    if start < 0:
        return None
    try:
        found, end = json.JSONDecoder().raw_decode(text, start + len(_JSON_BEGIN))
    except (ValueError, RecursionError):
        return None
    told = found.get("source") if isinstance(found, dict) else None
    if not isinstance(told, list) or text[end:].strip() != "}":
        return None
    return _Carrier(start, end, told)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _edits(told: Sequence[Any]) -> Iterator[Edit]:
    at = 0
    each = iter(told)
    for gap, length, source in zip(each, each, each, strict=True):
        yield Edit(at + gap, at + gap + length, source)
        at += gap + length


def _hash(text: str) -> str:
    return digest(text.encode("utf-8", "surrogatepass"))[:16]
