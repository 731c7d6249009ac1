"""A page in, what the screen reader Orca says of it in Firefox out, a line each.

    python -m tests.tools.heard.orca PAGE.html [SAID.txt]

Debian's packages orca, firefox-esr, xvfb, dbus and at-spi2-core have what it takes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

from tests.tools.firefox import program
from tests.tools.heard.desktop import desktop, lacking, running, wait_for
from tests.tools.heard.tree import bus

#: seconds in which Orca reads a page of some hundred formulas, on a machine that does much else
_READING = 900.0


def said(page: Path) -> list[str]:
    """What Orca says of a page from its beginning to its end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {**stack.enter_context(desktop()), "PRERENDER_HEARD": str(folder)}
        own = Path(environment["HOME"], ".local/share/orca")
        own.mkdir(parents=True)
        code = files("tests.tools.heard").joinpath("in_orca.py").read_text("utf-8")
        (own / "orca-customizations.py").write_text(code, "utf-8")
        stack.enter_context(running(["orca", "--replace"], environment))
        words = [program() or "firefox", "--no-remote", "--kiosk", "--profile", str(folder)]
        stack.enter_context(running([*words, page.resolve().as_uri()], environment))
        tree = stack.enter_context(bus(environment))
        wait_for(lambda: tree.documents("firefox") or None, "Firefox shows no page")
        (folder / "ready").touch()
        answer = folder / "lines.json"
        wait_for(lambda: answer.exists() or None, "Orca says nothing", _READING)
        lines: list[str] = json.loads(answer.read_text("utf-8"))
        return lines


def main(page: Path, kept: Path | None) -> int:
    """Print what is said, or keep it in a file."""
    if missing := lacking("orca") + ([] if program() else ["firefox-esr"]):
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
        return 2
    text = "\n".join(said(page)) + "\n"
    if kept is None:
        print(text, end="")
    else:
        kept.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
