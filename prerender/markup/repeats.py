"""Lines of marks (what is drawn where) in; the same, each run that comes again one mark, out.

A run is found by pairs: two marks that often stand beside each other in the same way become one,
and so on (https://en.wikipedia.org/wiki/Re-Pair, several kinds of pairs at a time).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

#: how many marks a run has to save, but for one each time it comes
_WORTH = 2

#: a symbol (for what is drawn, or for a run) and where
_Token = tuple[int, int, int]
_Row = list[_Token]
#: two symbols, and the way from the one to the other
_Pair = tuple[int, int, int, int]
#: what the symbols of runs stand for, as seen from where these are
_Runs = dict[int, _Row]
Line = list["Mark"]


class Mark(NamedTuple):
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


def join(lines: Sequence[Line]) -> list[Line]:
    """The lines with runs in place of marks that come again; the key of a run is a number."""
    symbols: dict[object, int] = {}
    read = [
        [(symbols.setdefault(one.key, len(symbols)), one.x, one.y) for one in line]
        for line in lines
    ]
    keys = [*symbols]
    rows = read.copy()
    runs = _pair_up(rows, len(keys))
    dropped = _drop_rare(rows, runs)

    def mark(symbol: int, x: int, y: int) -> Mark:
        if symbol < len(keys):
            return Mark(keys[symbol], x, y)
        return Mark(symbol, x, y, tuple(mark(*part) for part in runs[symbol]))

    return [
        line if row is before else [mark(*token) for token in _spelled(dropped, row)]
        for line, before, row in zip(lines, read, rows, strict=True)
    ]


def _pair_up(rows: list[_Row], first: int) -> _Runs:
    """Put symbols, numbers from `first` on, for pairs in the rows that come again."""
    symbols: dict[_Pair, int] = {}
    pairs = {at: _pairs(row) for at, row in enumerate(rows) if len(row) > 1}
    counts: dict[_Pair, int] = {}
    for row in pairs.values():
        _count(counts, row, 1)
    while (most := max(counts.values(), default=0)) > 1:
        least = max(2, most // 2)
        common = {pair for pair, count in counts.items() if count >= least}
        changed = [at for at, row in pairs.items() if not common.isdisjoint(row)]
        for at in changed:
            found = [counts.get(pair, 0) for pair in pairs[at]]
            rows[at] = [*_paired(rows[at], pairs[at], found, least, symbols, first)]
        for at in changed:
            _count(counts, pairs[at], -1)
            pairs[at] = _pairs(rows[at])
            _count(counts, pairs[at], 1)
    return {run: [(a, 0, 0), (b, x, y)] for (a, b, x, y), run in symbols.items()}


def _pairs(row: _Row) -> list[_Pair]:
    return [(a, b, x2 - x, y2 - y) for (a, x, y), (b, x2, y2) in pairwise(row)]


def _count(counts: dict[_Pair, int], row: Iterable[_Pair], by: int) -> None:
    """Count the pairs of a row more often, or less; of `xxx` one pair."""
    last: _Pair | None = None
    for pair in row:
        last = None if pair == last else pair
        if last:
            counts[last] = counts.get(last, 0) + by


def _paired(
    row: _Row,
    pairs: Sequence[_Pair],
    counts: Sequence[int],
    least: int,
    symbols: dict[_Pair, int],
    first: int,
) -> Iterator[_Token]:
    """A row with its commonest pairs as one symbol each; `counts` are those of its pairs."""
    at = 0
    while at < len(row):
        symbol, x, y = row[at]
        if at < len(pairs) and least <= counts[at] >= max(counts[at : at + 2]):
            symbol = symbols.setdefault(pairs[at], first + len(symbols))
            at += 1
        yield symbol, x, y
        at += 1


def _drop_rare(rows: Iterable[_Row], runs: _Runs) -> _Runs:
    """Take out the runs that save fewer marks than they are worth; those that were taken out."""
    dropped: _Runs = {}
    shown = Counter(symbol for row in rows for symbol, _, _ in row if symbol in runs)
    for worth in (1, _WORTH):
        while rare := _rare(shown, runs, worth):
            dropped |= rare
            for run in rare:
                del runs[run]
            for run, parts in runs.items():
                runs[run] = _spelled(rare, parts)
            for run in rare.keys() & shown.keys():
                count = shown.pop(run)
                for symbol, _, _ in _spelled(rare, rare[run]):
                    if symbol in runs:
                        shown[symbol] += count
    return dropped


def _rare(shown: Mapping[int, int], runs: _Runs, worth: int) -> _Runs:
    """The runs that save fewer marks than `worth`; `shown` is how often rows have each."""
    counts = Counter(shown)
    counts.update(symbol for parts in runs.values() for symbol, _, _ in parts)
    return {
        run: parts for run, parts in runs.items() if (counts[run] - 1) * (len(parts) - 1) < worth
    }


def _spelled(runs: _Runs, row: _Row) -> _Row:
    """A row with what these runs stand for in their place."""
    spelled: _Row = []
    for token in row:
        symbol, x, y = token
        parts = runs.get(symbol)
        if parts is None:
            spelled.append(token)
        else:
            spelled += _spelled(runs, [(part, x + dx, y + dy) for part, dx, dy in parts])
    return spelled
