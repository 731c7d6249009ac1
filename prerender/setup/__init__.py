"""What a page says about its own math: scripts of the page go in, a `Setup` comes out."""

from prerender.setup.model import Pair, Rules, Setup, Switch

__all__ = ["Pair", "Rules", "Setup", "Switch"]
