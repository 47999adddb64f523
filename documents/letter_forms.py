"""A letter as plain text and as HTML, for e-mail: the same words as the PDF, in the same order."""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from domain.letters import LetterText, Passage

AGREED = "Agreed with you"
REFERENCE = "Our reference"

_ADDRESS = re.compile(r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<web>https?://[^\s<>]*[\w/])")


def as_plain(text: LetterText) -> str:
    """The letter as plain text. Its paragraphs are not wrapped: the reader's window does that."""
    blocks = ["\n".join(text.addressee), f"{text.dated}\n{REFERENCE}: {text.reference}"]
    if text.adjustments:
        blocks.append("\n".join([f"{AGREED}:", *(f"- {one}" for one in text.adjustments)]))
    blocks += [text.greeting, text.subject]
    for passage in text.parts:
        blocks += _plain_passage(passage)
    blocks += [text.closing, "\n".join(text.signatory)]
    return "\n\n".join(blocks) + "\n"


def _plain_passage(passage: Passage) -> list[str]:
    blocks = [
        block if isinstance(block, str) else "\n".join(f"- {point}" for point in block)
        for block in passage.blocks
    ]
    return [passage.heading, *blocks] if passage.heading else blocks


_BODY = (
    "margin:0;padding:16px;background:#ffffff;color:#0b0c0c;"
    "font-family:Arial,Helvetica,sans-serif;font-size:18px;line-height:1.5;"
)
_MAIN = "max-width:36em;margin:0 auto;overflow-wrap:break-word;"
_H1 = "font-size:26px;line-height:1.25;margin:24px 0 16px;"
_H2 = "font-size:20px;line-height:1.3;margin:28px 0 8px;"
_P = "margin:0 0 14px;"
_UL = "margin:0 0 14px;padding-left:22px;"
_LI = "margin:0 0 6px;"
_AGREED = "margin:0 0 16px;padding:10px 14px;border-left:5px solid #505a5f;background:#f3f2f1;"
_LINK = "color:#1d70b8;"


def as_html(text: LetterText) -> str:
    """The letter as one HTML page with its styles in it, which fetches nothing."""
    body = [
        _lines("p", text.addressee),
        _lines("p", (text.dated, f"{REFERENCE}: {text.reference}")),
    ]
    if text.adjustments:
        agreed = "".join(_tag("p", one, "margin:0;") for one in text.adjustments)
        label = f'<p style="margin:0;"><strong>{AGREED}</strong></p>'
        body.append(f'<div style="{_AGREED}">{label}{agreed}</div>')
    body += [_tag("p", text.greeting, _P), _tag("h1", text.subject, _H1)]
    for passage in text.parts:
        body += _html_passage(passage)
    body += [_tag("p", text.closing, "margin:28px 0 14px;"), _lines("p", text.signatory)]
    return (
        f'<!DOCTYPE html>\n<html lang="{text.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(text.subject)}</title>\n</head>\n"
        f'<body style="{_BODY}">\n<main style="{_MAIN}">\n'
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _html_passage(passage: Passage) -> list[str]:
    found = [_tag("h2", passage.heading, _H2)] if passage.heading else []
    for block in passage.blocks:
        if isinstance(block, str):
            found.append(_tag("p", block, _P))
        else:
            points = "".join(_tag("li", point, _LI) for point in block)
            found.append(f'<ul style="{_UL}">{points}</ul>')
    return found


def _tag(name: str, words: str, style: str) -> str:
    return f'<{name} style="{style}">{_linked(words)}</{name}>'


def _lines(name: str, lines: tuple[str, ...]) -> str:
    return f'<{name} style="{_P}">{"<br>".join(map(_linked, lines))}</{name}>'


def _linked(words: str) -> str:
    """The words, with each e-mail and web address in them as a link."""
    return "".join(
        f'<a href="{escape(piece.href)}" style="{_LINK}">{escape(piece.text)}</a>'
        if piece.href
        else escape(piece.text)
        for piece in pieces(words)
    )


class Piece(NamedTuple):
    """Some words, and where they lead; None where they lead nowhere."""

    text: str
    href: str | None = None


def pieces(words: str) -> Iterator[Piece]:
    """The words in pieces: each e-mail and web address in them is one that leads there."""
    end = 0
    for found in _ADDRESS.finditer(words):
        if found.start() > end:
            yield Piece(words[end : found.start()])
        yield Piece(found[0], f"mailto:{found[0]}" if found["email"] else found[0])
        end = found.end()
    if end < len(words):
        yield Piece(words[end:])
