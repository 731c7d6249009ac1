"""A recipe in; its site as the generator made it, and as prerender renders it, out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tools.living.recipes import Recipe
from tests.tools.living.tools import (
    FOLDER,
    NODE_MODULES,
    digest,
    environment,
    installed,
    is_made,
    run,
)


@dataclass(frozen=True)
class Rendered:
    """A rendered site: where it is, what prerender said, how many formulas each page has."""

    folder: Path
    said: str
    formulas: dict[str, int]


def generate(recipe: Recipe, folder: Path = FOLDER / "sites") -> Path:
    """The generator's pages, made anew only if the recipe or its tools have changed."""
    place = folder / recipe.name
    stamp, output = place / ".made", place / recipe.output
    wanted = digest(repr(recipe), installed(recipe.tools))
    if not is_made(stamp, wanted):
        shutil.rmtree(place, ignore_errors=True)
        for path, text in recipe.files.items():
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        if recipe.tools == "node":
            _link_packages(recipe, place)
        run(recipe.command, place, environment(recipe.tools))
        absent = [page for page in recipe.pages().values() if not (output / page).is_file()]
        if absent:
            raise RuntimeError(f"{recipe.name}: {', '.join(absent)} was not made in {output}")
        stamp.write_text(wanted, "utf-8")
    return output


def _link_packages(recipe: Recipe, place: Path) -> None:
    """Give a site the packages of the bench; Hexo loads those that its package.json names."""
    wanted = dict.fromkeys(recipe.packages, "*")
    package = {
        "name": recipe.name,
        "private": True,
        "hexo": {"version": ""},
        "dependencies": wanted,
    }
    (place / "package.json").write_text(json.dumps(package), "utf-8")
    (place / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)


def render(recipe: Recipe, source: Path, folder: Path = FOLDER / "rendered") -> Rendered:
    """What `prerender build` makes of a site; an exit code that tells of no page is raised."""
    place = folder / recipe.name
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    words = ("build", str(source), "-o", str(place), "--json", "-", *recipe.flags)
    command = [sys.executable, "-m", "prerender", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode > 1:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stderr}")
    pages: list[dict[str, Any]] = json.loads(done.stdout)["pages"]
    return Rendered(
        place, done.stderr, {page["path"]: page["formulas"] + len(page["errors"]) for page in pages}
    )
