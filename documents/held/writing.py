"""Writes a person's copy: as one page that needs nothing else, or as a tagged PDF."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from documents.typesetting import typeset
from domain.held import Held

HERE = Path(__file__).resolve().parent


def page(held: Held) -> str:
    """The page: in British English, with its headings in order and a way past the contents."""
    templates = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (HERE / "held.css").read_text(encoding="utf-8")
    return templates.get_template("held.html").render(held=held, title=_title(held), style=style)


def pdf(held: Held) -> bytes:
    """The PDF; the same copy gives the same bytes. Raises TypesettingFailed."""
    return typeset(HERE / "held.typ", {"held": held}, title=_title(held), at=held.made_at)


def _title(held: Held) -> str:
    return f"What {held.school} holds about you"
