"""A file that was sent, kept in the page that shows what it would do, until that is agreed to.

Nothing of it is stored: whoever turns away from the page leaves nothing behind.
"""

import base64
import binascii
import zlib

MOST_KEPT = 700_000  # characters in a hidden field; a form as a whole takes little more


class NotKept(Exception):
    """What came back with the page is not a file that was kept in it."""


class TooMuchToKeep(Exception):
    """The file is too large to be kept in a page."""


def keep(content: bytes) -> str:
    """The file as a hidden field holds it. Raises TooMuchToKeep."""
    packed = base64.b64encode(zlib.compress(content, 9)).decode()
    if len(packed) > MOST_KEPT:
        raise TooMuchToKeep()
    return packed


def kept(packed: str, most_bytes: int) -> bytes:
    """The file that a hidden field holds. Raises NotKept, also for more than `most_bytes`."""
    unpacking = zlib.decompressobj()
    try:
        content = unpacking.decompress(base64.b64decode(packed, validate=True), most_bytes)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise NotKept() from error
    if not unpacking.eof:
        raise NotKept()
    return content
