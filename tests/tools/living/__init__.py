"""The bench of living pages: real generators and themes, opened with their own scripts running."""
