"""The table of settings in; README.md with it out: `python -m tests.tools.settings_table`."""

from __future__ import annotations

import re
from pathlib import Path

import prerender.cli.commands  # noqa: F401 (all commands then have said what they take)
from prerender.cli.options import settings_table

README = Path(__file__).parents[2] / "README.md"
_TABLE = re.compile(r"\| flag \| commands \| meaning \|\n(?:\|[^\n]*\n)+")


def main() -> None:
    """Write the table over the one that is there."""
    text = README.read_text("utf-8")
    README.write_text(_TABLE.sub(lambda _: settings_table() + "\n", text, count=1), "utf-8")


if __name__ == "__main__":
    main()
