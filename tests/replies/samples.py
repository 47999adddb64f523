"""Files of each kind, as small as they can be: good ones, and ones that play tricks."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage

WORD_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
MACRO_TYPES = WORD_TYPES.replace(
    "openxmlformats-officedocument.wordprocessingml.document.main",
    "ms-word.document.macroEnabled.main",
)
Parts = Mapping[str, str | bytes]
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(64)
SCRIPT = b"#!/bin/sh\nrm -rf everything\n"
PAGE = b"<!DOCTYPE html><html><script>steal()</script></html>"
DRAWING = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='steal()'/>"


def a_pdf(words: str = "Dear Mrs Lindqvist") -> bytes:
    """A page with nothing on it, and a remark."""
    return (
        b"%PDF-1.4\n% " + words.encode() + b"\n"
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def a_png() -> bytes:
    """One pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixel + chunk(b"IEND", b"")


def a_jpeg() -> bytes:
    """The frame of a picture from a camera."""
    return b"\xff\xd8\xff\xe1\0\x10Exif\0\0II*\0\x08\0\0\0\0\0" + bytes(40) + b"\xff\xd9"


def a_heic(brand: bytes = b"heic") -> bytes:
    """The frame of a picture from a telephone."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(60)


def a_zip(parts: Parts) -> bytes:
    """An archive of these parts, in this order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def a_docx(types: str = WORD_TYPES, more: Parts | None = None) -> bytes:
    """A Word document; `more` are further parts."""
    parts: Parts = {"[Content_Types].xml": types, "word/document.xml": "<w/>"}
    return a_zip({**parts, **(more or {})})


def an_odt(more: Parts | None = None) -> bytes:
    """An OpenDocument text; `more` are further parts."""
    parts: Parts = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "<office/>",
    }
    return a_zip({**parts, **(more or {})})


def relations(target: str, kind: str = "attachedTemplate") -> bytes:
    """Where a Word document takes a part of itself from."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="http://x/relationships/{kind}" Target="{target}" '
        'TargetMode="External"/></Relationships>'
    ).encode()


def an_email(*files: tuple[str, bytes], html: str | None = None) -> bytes:
    """A letter by a parent as they sent it, with these files."""
    message = EmailMessage()
    message["From"] = "Hana Novak <hana@home.example>"
    message["To"] = "office@rowan-hill.example"
    message["Subject"] = "About Friday"
    message.set_content("I would like to say how it was.")
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()
