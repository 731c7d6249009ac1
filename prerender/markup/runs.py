"""Lines of marks (what is drawn where) in; the same, each run that comes again one mark, out.

A run is found by pairs: two marks that often stand beside each other in the same way become one,
and so on (https://en.wikipedia.org/wiki/Re-Pair, several kinds of pairs at a time).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: how many marks a run has to save, but for one each time it comes
_WORTH = 2

Pair = tuple[object, object, int, int]
Line = list["Mark"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn (`key`, alike for what looks alike) at a place, in thousandths of an em.

    `parts` are those of a run, at their places as seen from it.
    """

    key: object
    x: int
    y: int
    parts: tuple[Mark, ...] = ()

    def moved(self, x: int, y: int) -> Mark:
        """The same at another place."""
        return Mark(self.key, self.x + x, self.y + y, self.parts)


def join(lines: Iterable[Line]) -> list[Line]:
    """The lines with runs in place of marks that come again."""
    joined = [list(line) for line in lines]
    while counts := _often(joined):
        least = max(2, max(counts.values()) // 2)
        joined = [_paired(line, counts, least) for line in joined]
    for worth in (1, _WORTH):
        while rare := _rare(joined, worth):
            joined = [list(_without(rare, line)) for line in joined]
    return joined


def _often(lines: Iterable[Line]) -> Counter[Pair]:
    """How often each pair comes, of those that come again; of `xxx` one pair."""
    counts: Counter[Pair] = Counter()
    for line in lines:
        last: Pair | None = None
        for pair in map(_pair, line, line[1:]):
            last = None if pair == last else pair
            if last:
                counts[last] += 1
    return Counter({pair: count for pair, count in counts.items() if count > 1})


def _pair(one: Mark, next_one: Mark) -> Pair:
    return one.key, next_one.key, next_one.x - one.x, next_one.y - one.y


def _paired(line: Line, counts: Counter[Pair], least: int) -> Line:
    """A line with its commonest pairs as one mark each."""
    result: Line = []
    at = 0
    while at < len(line):
        pair = _pair(*line[at : at + 2]) if at + 1 < len(line) else None
        count = counts[pair] if pair else 0
        after = counts[_pair(*line[at + 1 : at + 3])] if at + 2 < len(line) else 0
        if pair and count >= max(least, after):
            one, other = line[at : at + 2]
            parts = one.moved(-one.x, -one.y), other.moved(-one.x, -one.y)
            result.append(Mark(pair, one.x, one.y, parts))
            at += 2
        else:
            result.append(line[at])
            at += 1
    return result


def _rare(lines: Iterable[Line], worth: int) -> set[object]:
    """The keys of runs that save fewer marks than they are worth."""
    sizes: dict[object, int] = {}
    counts: Counter[object] = Counter()

    def count(marks: Iterable[Mark]) -> None:
        for mark in marks:
            if mark.parts:
                counts[mark.key] += 1
                if counts[mark.key] == 1:
                    sizes[mark.key] = len(mark.parts)
                    count(mark.parts)

    for line in lines:
        count(line)
    return {key for key, often in counts.items() if (often - 1) * (sizes[key] - 1) < worth}


def _without(rare: set[object], marks: Iterable[Mark]) -> Iterator[Mark]:
    """The marks with the parts of rare runs in place of these."""
    for mark in marks:
        parts = tuple(_without(rare, mark.parts))
        if mark.key in rare:
            yield from (part.moved(mark.x, mark.y) for part in parts)
        else:
            yield Mark(mark.key, mark.x, mark.y, parts)
