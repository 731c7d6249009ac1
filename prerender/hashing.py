"""Hashes bytes or JSON data; returns 40 hexadecimal digits of BLAKE2b (RFC 7693)."""

from __future__ import annotations

import hashlib
import json


def digest(data: bytes) -> str:
    """Hash bytes."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def fingerprint(data: object) -> str:
    """Hash JSON data, independent of the order of its keys."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))
