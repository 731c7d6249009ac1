"""Widths in, the characters of our font that draw nothing and are so wide out."""

from __future__ import annotations

#: thousandths of an em: an em, and what spaces are multiples of (engine/worker/text/write.js)
_EM, _STEP = 1000, 4
_STEPS, _EMS, _MOST_EMS = 0xE000, 0xE100, 31

#: all of them, with their widths
SPACES = {chr(_STEPS + steps): _STEP * steps for steps in range(1, _EM // _STEP)}
SPACES |= {chr(_EMS + ems): _EM * ems for ems in range(1, _MOST_EMS + 1)}


def space(width: float) -> str:
    """Characters that are together so wide, in thousandths of an em."""
    ems, rest = divmod(_STEP * round(width / _STEP), _EM)
    most, ems = divmod(ems, _MOST_EMS)
    units = chr(_EMS + _MOST_EMS) * most + (chr(_EMS + ems) if ems else "")
    return units + (chr(_STEPS + rest // _STEP) if rest else "")
