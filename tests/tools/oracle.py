"""Pages or sites go in as arguments; what their real scripts typeset comes out as JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.support.oracle.oracle import pages_of, typeset_by_site


def main(arguments: list[str]) -> None:
    for site in map(Path, arguments):
        root = site if site.is_dir() else site.parent
        found = asyncio.run(typeset_by_site(pages_of(site), root))
        for path, formulas in found.items():
            for seen in formulas:
                line = {"path": path.relative_to(root).as_posix(), **asdict(seen)}
                print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
