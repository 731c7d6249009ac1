"""From a page's saving to the rendered page: `prerender serve`, a page of 100 formulas.

One formula changes with each save. Measured from before the file is written to the event that has
the page reloaded, and to the last byte of the rendered page.
"""

from __future__ import annotations

from tests.tools.saves import FORMULAS, opened, save

_SAVES = 40
#: seconds that the slower of two saves may take
_GOAL = 0.3


def main() -> None:
    """Print the times."""
    with opened() as (served, file):
        save(served, file, 1)  # the watcher has seen a change
        times = [save(served, file, 2 + number) for number in range(_SAVES)]
    print(f"serve: {_SAVES} saves of a page of {FORMULAS} formulas, one of them new")
    for name, found in (
        ("event", [one.event for one in times]),
        ("page", [one.page for one in times]),
    ):
        ordered = sorted(found)
        middle, most = ordered[len(ordered) // 2], ordered[-1]
        print(f"  {name:6} {middle * 1000:4.0f} ms in the middle, {most * 1000:4.0f} ms at most")
    middle = sorted(one.page for one in times)[len(times) // 2]
    print(f"  {'met' if middle < _GOAL else 'MISSED'}: under {_GOAL} s")


if __name__ == "__main__":
    main()
