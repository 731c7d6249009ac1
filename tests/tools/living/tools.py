"""What a recipe's programs come from in; the folders to find them in out, installed if need be."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from tests.tools.living.recipes import Tools

CHECKOUT = Path(__file__).parents[3]
#: all that the bench makes
FOLDER = CHECKOUT / "cache" / "living"
NODE_MODULES = FOLDER / "tools" / "node" / "node_modules"
PYTHON = FOLDER / "tools" / "python"

_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements.txt"
#: the generators and themes that the tests have installed
_IN_TESTS = (
    "mkdocs",
    "mkdocs-material",
    "pymdown-extensions",
    "sphinx",
    "furo",
    "sphinx-rtd-theme",
)


def installed(tools: Tools) -> str:
    """Install the tools, unless they are, and say which they are: a hash or versions."""
    match tools:
        case "test":
            return " ".join(f"{name} {version(name)}" for name in _IN_TESTS)
        case "python":
            return _once(PYTHON, (_REQUIREMENTS,), _install_python)
        case "node":
            return installed_packages(NODE_MODULES.parent, _HERE)


def environment(tools: Tools) -> dict[str, str]:
    """The variables to run a program of the tools with."""
    tests = Path(sys.executable).parent
    own: dict[Tools, tuple[Path, ...]] = {
        "test": (tests,),
        "python": (PYTHON / "bin",),
        "node": (NODE_MODULES / ".bin", tests),
    }
    path = os.pathsep.join([*map(str, own[tools]), os.environ["PATH"]])
    # A date in a page would make it another one each time
    return {**os.environ, "PATH": path, "SOURCE_DATE_EPOCH": "1577836800", "NO_COLOR": "1"}


def run(command: tuple[str | Path, ...], folder: Path, variables: dict[str, str]) -> None:
    """Run a program; RuntimeError with what it said if it fails."""
    words = [shutil.which(command[0], path=variables["PATH"]) or command[0], *command[1:]]
    done = subprocess.run(
        words, cwd=folder, env=variables, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{said}")


def digest(*texts: str) -> str:
    """A name for what these texts say together."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def is_made(stamp: Path, of: str) -> bool:
    """Whether the stamp says that this is what its folder was made of."""
    return stamp.is_file() and stamp.read_text("utf-8") == of


def _once(folder: Path, made_from: tuple[Path, ...], install: Callable[[Path], None]) -> str:
    """Call `install` with a new folder, unless it was with these very files."""
    wanted = digest(*(file.read_text("utf-8") for file in made_from))
    stamp = folder / ".made"
    if not is_made(stamp, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(folder)
        stamp.write_text(wanted, "utf-8")
    return wanted


def _install_python(folder: Path) -> None:
    variables = environment("test")
    run((sys.executable, "-m", "venv", folder), folder, variables)
    pip = (folder / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    run((*pip, "--requirement", _REQUIREMENTS), folder, variables)
    pandoc = next(folder.glob("lib/*/site-packages/pypandoc/files/pandoc"))
    (folder / "bin" / "pandoc").symlink_to(pandoc)


def installed_packages(folder: Path, listed: Path) -> str:
    """Install the npm packages that are listed in `listed` into `folder`, as `installed` does."""
    lists = (listed / "package.json", listed / "package-lock.json")

    def install(folder: Path) -> None:
        for file in lists:
            shutil.copy(file, folder)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        run(("npm", "ci", *quiet), folder, environment("test"))

    return _once(folder, lists, install)
