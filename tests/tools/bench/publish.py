"""The speed that the bench has measured last in; docs/speed.json out, for the page that compares.

`python -m tests.tools.bench.publish "MACHINE"` after `bench.speed`, on a machine that was quiet.
"""

from __future__ import annotations

import json
import sys
from datetime import date

from tests.tools.bench.material import CHECKOUT, FOLDER

OUT = CHECKOUT / "docs" / "speed.json"


def main() -> None:
    """Write the file."""
    first = json.loads((FOLDER / "speed.json").read_text("utf-8"))["first"]
    figures = {"date": date.today().isoformat(), "machine": sys.argv[1], **first}
    OUT.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
