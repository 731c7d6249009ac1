"""The command line, as `prerender` and as `python -m prerender`."""

from __future__ import annotations

import sys

from prerender.errors import Exit


def main() -> None:
    """Run it. Ctrl-C ends it without a traceback also while its parts are imported."""
    try:
        from prerender.cli.commands import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
