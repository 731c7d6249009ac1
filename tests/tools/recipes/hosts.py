"""What the documentation says for a host in; its shell lines, run here, and what is wrong, out.

`prerender-math` is a wheel of this checkout. What asks the network for a browser, or the system for
packages, is not run.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from prerender.browser.discover import find_browser
from tests.tools.living.tools import CHECKOUT
from tests.tools.recipes.fixtures import Recipe, recipes
from tests.tools.recipes.kitchen import FOLDER, CommandFailed, prepare, run, wrong
from tests.tools.recipes.pages import blocks, files

PAGE = "publishing.md"
_ACTION = CHECKOUT / ".ci" / "action"
_NOT_HERE = re.compile(r"apt-get |playwright install ")


@dataclass(frozen=True)
class Host:
    """A host: its lines, the site that they are run in, and the variables that it sets."""

    name: str
    lines: Callable[[], Iterable[str]]
    recipe: Recipe
    variables: Mapping[str, str] = field(default_factory=dict)
    #: what the host does itself at the end
    last: Sequence[str] = ()


def hosts() -> Iterable[Host]:
    """All of them."""
    known = {recipe.name: recipe for recipe in recipes()}
    hugo, sphinx = known["hugo"], known["sphinx"]
    yield Host(
        "github", lambda: _steps(yaml.safe_load(_shown(".github/workflows/pages.yml"))), hugo
    )
    action = {"SITE": "public", "FLAGS": "--css external", "GITHUB_ACTION_PATH": str(_ACTION)}
    yield Host("action", _action, hugo, action)
    yield Host("gitlab", _gitlab, _published_by_mkdocs(known["mkdocs"]))
    yield Host("netlify", lambda: _netlify().splitlines(), hugo)
    made = {page.replace("_build/", "_rtd/"): found for page, found in sphinx.made.items()}
    last = ("sphinx-build -b html . _rtd/html",)
    rtd = Recipe("readthedocs", sphinx.page, sphinx.files, made)
    yield Host("readthedocs", _read_the_docs, rtd, last=last)


def _published_by_mkdocs(recipe: Recipe) -> Recipe:
    """A site of MkDocs without the plugin, built where GitLab publishes from."""
    settings = (
        "site_name: t\ntheme: {name: material, font: false}\n"
        "markdown_extensions: [{pymdownx.arithmatex: {generic: true}}]\n"
    )
    made = {page.replace("site/", "public/"): found for page, found in recipe.made.items()}
    return Recipe("gitlab", PAGE, {**recipe.files, "mkdocs.yml": settings}, made)


def _shown(file: str) -> str:
    return files(blocks(PAGE))[file]


def _steps(workflow: Any) -> Iterable[str]:
    jobs = workflow["jobs"].values() if "jobs" in workflow else [workflow["runs"]]
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def _action() -> Iterable[str]:
    yield "hugo"
    yield from _steps(yaml.safe_load((_ACTION / "action.yml").read_text("utf-8")))


def _gitlab() -> Iterable[str]:
    job = yaml.safe_load(_shown(".gitlab-ci.yml"))["pages"]
    return [*job["before_script"], *job["script"]]


def _netlify() -> str:
    command: str = tomllib.loads(_shown("netlify.toml"))["build"]["command"]
    return command


def _read_the_docs() -> Iterable[str]:
    jobs: list[str] = yaml.safe_load(_shown(".readthedocs.yaml"))["build"]["jobs"]["post_install"]
    return ["pip install sphinx", *jobs]


def publish(host: Host) -> tuple[list[str], list[str]]:
    """Run a host's lines; return what is wrong, and which lines were not run."""
    place = FOLDER / host.name
    prepare(host.recipe, place)
    variables = _variables(place) | dict(host.variables)
    lines = [*host.lines(), *host.last]
    not_run = [line for line in lines if _NOT_HERE.match(line)]
    try:
        run(f"{sys.executable} -m venv .python", place)
        for line in lines:
            if line not in not_run:
                run(f"{_PATHS}\n{line}", place, **variables)
    except CommandFailed as error:
        return [str(error)], not_run
    return list(wrong(host.recipe, place)), not_run


#: the python of the host's image first; GitHub then adds what steps have written to a file
_PATHS = """export PATH="$PWD/.python/bin:$PATH"
while read -r folder; do PATH="$folder:$PATH"; done < "$GITHUB_PATH\""""


def _variables(place: Path) -> dict[str, str]:
    """What is set on each host; a home that is empty, and pip's own configuration."""
    (place / "added").touch()
    configuration = Path.home() / ".config" / "pip" / "pip.conf"
    pip = {"PIP_CONFIG_FILE": str(configuration)} if configuration.is_file() else {}
    return pip | {
        "HOME": str(place),
        "GITHUB_PATH": str(place / "added"),
        "RUNNER_TEMP": str(place),
        "PIP_FIND_LINKS": str(_wheels()),
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
        "PRERENDER_BROWSER": str(find_browser(os.environ.get("PRERENDER_BROWSER")).path),
        "PRERENDER_CACHE": str(place / "typeset"),
    }


def _wheels() -> Path:
    """A folder with a wheel of this checkout, made anew in each run."""
    folder = FOLDER / "wheels"
    if folder not in _made:
        shutil.rmtree(folder, ignore_errors=True)
        run(f"pip wheel -qq --no-deps --wheel-dir '{folder}' '{CHECKOUT}'", CHECKOUT)
        _made.add(folder)
    return folder


_made: set[Path] = set()
