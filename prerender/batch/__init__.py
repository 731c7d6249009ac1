"""Archives of pages in, the same pages rendered out: a job that goes on where it was ended."""
