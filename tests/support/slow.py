"""Which tests `make test` leaves to `make thorough`: dear ones that have cheaper siblings in it.

Tests of a kind of their own that take long are marked where they stand.
"""

from __future__ import annotations

import re

#: by file, and test, what is in the names of the cases that are left (all: "")
_LEFT = {
    "access/test_axe.py": {"test_real_pages": "", "test_math_in_all_places": "820"},
    "access/test_copying.py": {
        "test_a_search_index_has_the_text_of_the_source": "svg",
        "test_what_is_looked_for_is_found_as_often_as_in_the_source": "svg",
        "test_a_whole_page_is_copied_as_its_source": "svg",
    },
    "access/test_tree.py": {
        "test_each_formula_of_real_pages_is_one_named_leaf": r"320|820|html",
    },
    "batch/test_cluster.py": {"test_a_worker_is_lost_and_one_comes": "namespaces"},
    "batch/test_kills.py": {"test_kills": ""},
    "cli/test_commands.py": {
        "test_names_and_text_that_are_no_unicode": "",
        "test_what_took_too_long_is_tried_again": "",
    },
    "engine/test_fidelity.py": {"test_every_notation_that_encloses_is_mathjax_own": ""},
    "engine/test_layouts.py": {"test_random_formulas": ""},
    "engine/test_pool.py": {
        "test_a_formula_that_hangs_is_an_error_and_the_rest_is_typeset": "2",
        "test_what_is_killed_from_outside_is_replaced": r"\[\]",
    },
    "engine/test_strangers.py": {"test_a_package_is_no_change_of_mathjax": r"\[(?!texhtml)"},
    "engine/test_speech.py": {"test_it_is_said_as_the_explorer_says_it": r"-clearspeak|es-|fr-"},
    "integrations/test_generators.py": {"test_sphinx": "singlehtml|dirhtml"},
    "layout/test_contexts.py": {"test_it_has_the_room_of_text_and_the_layout_that_fits": "grid"},
    "layout/test_rows.py": {"test_a_number_that_shows_nothing_is_none": "MathJax 3"},
    "layout/test_themes.py": {
        "test_a_theme_changes_nothing": r"html.*-42\]|svg.*-140\]",
        "test_a_theme_changes_no_pixel": "svg",
    },
    "layout/test_web_fonts.py": {"test_layouts_fit_a_font_that_comes_late": "140"},
    "layout/test_words.py": {
        "test_lines_have_their_words_in_order": "MathJax 3",
        "test_order_is_that_of_the_own_engine": "MathJax 3|ltr",
    },
    "living/test_living.py": {"test_a_theme_leaves_formulas_as_they_are": "furo"},
    "markup/test_covers.py": {
        "test_no_click_beside_a_formula_is_its_own": "style|mathmakebox|lower|bbox",
    },
    "oracle/test_after.py": {"test_no_script_takes_a_formula_for_tex": ""},
    "oracle/test_katex.py": {
        "test_each_formula_has_the_glyphs_of_what_katex_makes_of_it": "shared|two",
        "test_katex_of_the_site_itself": "in the page|joined",
    },
    "pipeline/test_base_path.py": {"test_its_scripts_are_read": "not there|canonical"},
    "pipeline/test_build.py": {
        "test_an_interrupted_run_leaves_every_page_whole": "SIGKILL",
    },
    "pipeline/test_fragments.py": {
        "test_it_is_the_same_in_place_in_batches_and_in_shards": "",
    },
    "pipeline/test_limits.py": {"test_memory_of_a_tab": ""},
    "screens/test_inspector.py": {
        "test_what_a_page_does_to_its_formulas_is_an_error": "narrow|wide",
        "test_what_is_right_is_no_error": r"frac|tag",
        "test_what_scripts_do_leads_nowhere": "",
    },
    "setup/test_sites.py": {"test_documenter": ""},
}


def is_left(file: str, name: str) -> bool:
    """Whether a test (its file below tests, its name with that of its case) is one of them."""
    test, bracket, case = name.partition("[")
    pattern = _LEFT.get(file, {}).get(test)
    return pattern is not None and re.search(pattern, bracket + case) is not None
