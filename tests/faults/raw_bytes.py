"""Looking for what must not lie in clear, in the raw bytes of files, however it is spelt."""

import base64
import json
import quopri
import zipfile
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it might lie in a file: in either UTF, escaped, in hex, and in base64 at each
    alignment."""
    plain = secret.encode()
    yield plain
    yield secret.encode("latin-1")
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield json.dumps(secret)[1:-1].encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in secret).encode()
    yield quopri.encodestring(plain).rstrip(b"=\n")
    for skipped in range(3):
        # Only whole groups of three bytes have a spelling of their own in base64.
        whole = plain[skipped : skipped + (len(plain) - skipped) // 3 * 3]
        if len(whole) >= 6:
            yield base64.b64encode(whole)
            yield base64.urlsafe_b64encode(whole)


def found_in(where: str, content: bytes, secrets: Iterable[str]) -> list[str]:
    return [
        f"{secret} in {where}"
        for secret in secrets
        if any(spelling in content for spelling in spellings(secret))
    ]


def found_in_files(folder: Path, secrets: Iterable[str]) -> list[str]:
    """What lies in clear in any file of the folder: databases, their logs, the worker's lines, and
    what is packed in archives and PDFs."""
    secrets = list(secrets)
    return [
        fault
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for inside in unpacked(path.read_bytes())
        for fault in found_in(str(path.relative_to(folder)), inside, secrets)
    ]


def unpacked(content: bytes) -> Iterator[bytes]:
    """What a file holds: its bytes, and of an archive or a PDF what is packed in it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif content.startswith(b"%PDF"):
        reader = PdfReader(BytesIO(content))
        yield str(reader.metadata).encode()
        yield " ".join(" ".join(page.extract_text() for page in reader.pages).split()).encode()


def found_in_message(where: str, message: EmailMessage, secrets: Iterable[str]) -> list[str]:
    """What stands in a message: as it was sent, and in each of its parts."""
    secrets = list(secrets)
    faults = found_in(where, bytes(message), secrets)
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            for inside in unpacked(content):
                faults += found_in(where, inside, secrets)
    return faults
