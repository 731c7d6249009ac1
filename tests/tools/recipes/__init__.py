"""The recipes of the documentation, run with the real generators."""
