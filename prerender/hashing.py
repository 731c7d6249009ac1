"""Hashes bytes or JSON data, with BLAKE2b (RFC 7693): to 40 hexadecimal digits, or to a seal."""

from __future__ import annotations

import hashlib
import hmac
import json


def digest(data: bytes) -> str:
    """Hash bytes."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


#: bytes of a seal
_SEAL = 12


def sealed(name: str, data: bytes, key: bytes = b"") -> bytes:
    """Data with a hash of it, its name and a key before it."""
    person = digest(name.encode())[:16].encode()
    return hashlib.blake2b(data, digest_size=_SEAL, key=key, person=person).digest() + data


def unsealed(name: str, data: bytes, key: bytes = b"") -> bytes | None:
    """The data that was sealed under a name; None where any of that was changed since."""
    inner = data[_SEAL:]
    return inner if hmac.compare_digest(sealed(name, inner, key), data) else None


def fingerprint(data: object) -> str:
    """Hash JSON data, independent of the order of its keys."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return digest(text.encode("utf-8", "surrogatepass"))
