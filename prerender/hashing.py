"""Hashes bytes or JSON data, with BLAKE2b (RFC 7693): to hexadecimal digits, or to a seal."""

from __future__ import annotations

import hashlib
import hmac
import json


def digest(data: bytes, size: int = 20) -> str:
    """Hash bytes, to so many bytes, each of two digits."""
    return hashlib.blake2b(data, digest_size=size).hexdigest()


#: bytes of a seal
_SEAL = 12


def seal(name: str, data: bytes, key: bytes = b"") -> bytes:
    """A hash of data, its name and a key."""
    person = digest(name.encode())[:16].encode()
    return hashlib.blake2b(data, digest_size=_SEAL, key=key, person=person).digest()


def sealed(name: str, data: bytes, key: bytes = b"") -> bytes:
    """Data with its seal before it."""
    return seal(name, data, key) + data


def unsealed(name: str, data: bytes, key: bytes = b"") -> bytes | None:
    """The data that was sealed under a name; None where any of that was changed since."""
    inner = data[_SEAL:]
    return inner if hmac.compare_digest(sealed(name, inner, key), data) else None


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def fingerprint(data: object) -> str:
    """Hash JSON data, independent of the order of its keys."""
    return digest(_encode(data).encode("utf-8", "surrogatepass"))
