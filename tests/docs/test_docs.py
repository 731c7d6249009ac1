"""The documentation: built by MkDocs with our plugin, strictly; what it says is in the program."""

from __future__ import annotations

import re
from pathlib import Path

from prerender.report.help import help_on, sections
from tests.docs.conftest import ROOT
from tests.tools.recipes.fixtures import recipes
from tests.tools.recipes.pages import blocks, commands

TROUBLE = ROOT / "prerender" / "report" / "troubleshooting.md"


def test_its_formulas_are_rendered_without_scripts(built: Path) -> None:
    page = (built / "index.html").read_text("utf-8")
    assert page.count("<mjx-container") == 2
    assert "cdn" not in page


def test_what_is_generated(built: Path) -> None:
    settings = (built / "settings" / "index.html").read_text("utf-8")
    assert 'id="line_break"' in settings
    assert "PRERENDER_LINE_BREAK" in settings
    assert "All flags in a table" in settings
    assert "prerender serve" in (built / "commands" / "index.html").read_text("utf-8")
    python = (built / "python" / "index.html").read_text("utf-8")
    assert "find_formulas" in python
    assert "object at 0x" not in python
    assert (built / "pictures" / "phone.png").exists()


def test_messages_are_those_of_the_program() -> None:
    """Each heading of the page about trouble is a part of a message, and has a name."""
    sources = [file.read_text("utf-8") for file in (ROOT / "prerender").rglob("*.py")]
    program = re.sub(r'"\s+f?"', "", "\n".join(sources))
    headings = [section.phrase for section in sections().values()]
    assert len(headings) == TROUBLE.read_text("utf-8").count("\n## ")
    assert [heading for heading in headings if heading not in program] == []


def test_a_message_says_where_to_read_more(built: Path) -> None:
    """In the documentation, and by a command for those who have only the program."""
    assert help_on(r"\RR is not defined; it stands in red") == "prerender explain undefined"
    assert help_on("what nobody has heard of") == ""
    assert 'id="undefined"' in (built / "troubleshooting" / "index.html").read_text("utf-8")


def test_each_recipe_says_what_to_type() -> None:
    """`make recipes` runs it."""
    for recipe in recipes():
        assert "prerender" in commands(blocks(recipe.page, recipe.typed_below)) or recipe.name in (
            "mkdocs",
            "sphinx",
            "pelican",
        )
