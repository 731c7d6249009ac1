"""`make recipes`: the recipes of the documentation, run with the real generators.

`python -m tests.tools.recipes [NAME...]` runs some of them. A line each goes to standard output;
their sites stay in cache/recipes. The exit code is 1 if one does not come out as the documentation
says.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.tools.recipes.fixtures import Recipe, recipes
from tests.tools.recipes.hosts import hosts, publish
from tests.tools.recipes.kitchen import cook


def main() -> None:
    """Run the recipes and hosts that are named, or all."""
    generators = {recipe.name: recipe for recipe in recipes()}
    published = {host.name: host for host in hosts()}
    names = sys.argv[1:] or [*generators, *published]
    if unknown := [name for name in names if name not in {*generators, *published}]:
        sys.exit(
            f"no recipe {', '.join(unknown)}; there are {', '.join([*generators, *published])}"
        )
    failed = False
    for name in names:
        if name in generators:
            recipe, wrong, not_run = generators[name], cook(generators[name]), list[str]()
        else:
            recipe, (wrong, not_run) = published[name].recipe, publish(published[name])
        failed = failed or bool(wrong)
        _print(name, recipe, wrong, not_run)
    if len(sys.argv) == 1:
        print("not run: quarto (its package asks GitHub for it), .ci/Dockerfile (asks for Docker)")
    sys.exit(failed)


def _print(name: str, recipe: Recipe, wrong: Sequence[str], not_run: Sequence[str]) -> None:
    formulas = sum(map(len, recipe.made.values()))
    said = "WRONG" if wrong else f"{formulas} formulas on {', '.join(recipe.made)}"
    print(
        f"{name:14}{said}",
        *wrong,
        *(f"not run: {line}" for line in not_run),
        sep="\n    ",
        flush=True,
    )


if __name__ == "__main__":
    main()
