"""The entry point of the command line: `prerender` and `python -m prerender`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from prerender import __version__
from prerender.errors import Exit

_MATHJAX = Path(__file__).with_name("engine") / "mathjax" / "package.json"


def main() -> None:
    """Run the command line; Ctrl-C gives no traceback, even while modules are imported."""
    try:
        if sys.argv[1:] == ["--version"] and _print_version():
            return
        from prerender.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


def _print_version() -> bool:
    """Print the versions without the command line; False where something is missing."""
    try:
        mathjax = json.loads(_MATHJAX.read_bytes())["version"]
    except OSError:
        return False
    print(f"prerender {__version__} (MathJax {mathjax})")
    return True


if __name__ == "__main__":
    main()
