"""A page goes in, with its own scripts; what they typeset in Chromium comes out.

`prerender list` is compared with it. `python -m tests.tools.oracle PAGE_OR_SITE...` prints it.
"""
