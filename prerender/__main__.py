"""The entry point of the command line: `prerender` and `python -m prerender`."""

from __future__ import annotations

import sys

from prerender.errors import Exit


def main() -> None:
    """Run the command line; Ctrl-C gives no traceback, even while modules are imported."""
    try:
        from prerender.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
