"""The links of a hash chain; see `domain.audit` for what is chained. It imports next to nothing."""

import hashlib

HASH_BYTES = 32


def genesis(school: str, reference: str) -> bytes:
    """The hash before a case's first event; it binds the chain to the school and the case."""
    return hashlib.sha256(f"evenhand/case/{school}/{reference}".encode()).digest()


def link(previous: bytes, content: bytes) -> bytes:
    """SHA-256(previous hash ‖ canonical JSON): 32 bytes."""
    return hashlib.sha256(previous + content).digest()
