"""A recipe in; its site, made and rendered as the documentation says, and what is wrong, out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from tests.tools.living.tools import CHECKOUT, PYTHON, installed, installed_packages
from tests.tools.recipes.fixtures import Recipe
from tests.tools.recipes.pages import blocks, commands, files

FOLDER = CHECKOUT / "cache" / "recipes"
NODE_MODULES = FOLDER / "tools" / "node" / "node_modules"

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TEX = re.compile(r'<mjx-container [^>]*?data-tex="([^"]*)"')
_LOADER = re.compile(r"<script[^>]+src=[^>]*(?:mathjax|katex)[^>]*>", re.IGNORECASE)


class CommandFailed(Exception):
    """Commands of a page ended with an exit code; says what they said."""


def cook(recipe: Recipe, folder: Path = FOLDER) -> list[str]:
    """Do what the documentation says; return what is wrong then."""
    place = folder / recipe.name
    prepare(recipe, place)
    try:
        run(commands(blocks(recipe.page, recipe.typed_below)), place)
    except CommandFailed as error:
        return [str(error)]
    return list(wrong(recipe, place))


def prepare(recipe: Recipe, place: Path) -> None:
    """Write a recipe's site into an empty folder."""
    shutil.rmtree(place, ignore_errors=True)
    shown = files(blocks(recipe.page, recipe.files_below))
    for name in {**recipe.files, **shown}:
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(recipe.files.get(name, "") + shown.get(name, ""), "utf-8")
    if recipe.packages:
        wanted = dict.fromkeys(recipe.packages, "*")
        package = {"name": "t", "private": True, "hexo": {"version": ""}, "dependencies": wanted}
        (place / "package.json").write_text(json.dumps(package), "utf-8")
        (place / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)


def run(shell: str, place: Path, **variables: str) -> str:
    """Run commands as a shell does; return what they said."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", shell],
        cwd=place,
        env=environment() | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise CommandFailed(f"{shell.strip()}\nexit code {done.returncode}\n{done.stdout}")
    return done.stdout


def environment() -> dict[str, str]:
    """The variables for a shell in which all generators are found, and prerender."""
    installed("python")
    installed_packages(NODE_MODULES.parent, Path(__file__).parent)
    own = (Path(sys.executable).parent, PYTHON / "bin", NODE_MODULES / ".bin")
    path = os.pathsep.join([*map(str, own), os.environ["PATH"]])
    quiet = {"NO_COLOR": "1", "NO_MKDOCS_2_WARNING": "1", "ASTRO_TELEMETRY_DISABLED": "1"}
    return {**os.environ, **quiet, "PATH": path}


def wrong(recipe: Recipe, place: Path) -> Iterable[str]:
    """What is wrong with the pages of a recipe."""
    for page, formulas in recipe.made.items():
        file = place / page
        if not file.is_file():
            yield f"{page} was not made"
            continue
        text = file.read_text("utf-8")
        found = [" ".join(unescape(tex).split()) for tex in _TEX.findall(text)]
        if found != list(formulas):
            yield f"{page} has the rendered formulas {found}, not {list(formulas)}"
        if (loader := _LOADER.search(_COMMENT.sub("", text))) and not recipe.keeps_loader:
            yield f"{page} still has {loader[0]}"
