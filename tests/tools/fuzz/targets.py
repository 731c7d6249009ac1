"""All targets by name."""

from __future__ import annotations

from tests.tools.fuzz.answers import answer
from tests.tools.fuzz.finder import finder
from tests.tools.fuzz.kept import cache
from tests.tools.fuzz.model import Target
from tests.tools.fuzz.setups import setup
from tests.tools.fuzz.sources import restore, source

TARGETS: dict[str, Target] = {
    "source": source,
    "restore": restore,
    "set-up": setup,
    "answer": answer,
    "cache": cache,
    "finder": finder,
}
