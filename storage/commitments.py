"""Salted commitments: what an event may say of a text or a file that is kept apart from it."""

import hashlib
import hmac

SALT_BYTES = 32


def commitment(salt: bytes, content: bytes) -> str:
    """SHA-256 (hex) over a random salt of 32 bytes and the content.

    Without the salt, which is encrypted with the content, nobody can try out guesses.
    """
    return hashlib.sha256(salt + content).hexdigest()


def opened(plain: bytes, wanted: str) -> bytes | None:
    """The content of salt and content, if it is what `wanted` (hex) commits to; else None."""
    salt, content = plain[:SALT_BYTES], plain[SALT_BYTES:]
    return content if hmac.compare_digest(commitment(salt, content), wanted) else None
