"""Typeset the formulas of a built static site with MathJax 4, and write them into its pages."""

__version__ = "0.1.0"

#: in the first line of each file that a site's pages share
SIGNATURE = "written by prerender"
