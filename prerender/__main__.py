"""`python -m prerender`: the command line."""

from prerender.cli import main

main()
