"""What those hear who listen: the accessibility tree of Firefox and Chromium, and Orca."""
