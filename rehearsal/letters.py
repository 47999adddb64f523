"""The letters of a rehearsal: under a made-up letterhead, and written to a folder to look at."""

import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from documents.specimen_story import SAMPLE
from storage.letter_files import write_details


def made_up_letterhead(folder: Path) -> Path:
    """Makes a folder of letters with a letterhead that belongs to nobody, and returns it."""
    write_details(folder, SAMPLE)
    return folder


def write_letters(folder: Path, letters: Sequence[EmailMessage]) -> None:
    """Writes each letter as a PDF and as plain text, in the order in which they went out, and what
    came with it.

    The files are named by number, date, case and subject, so that a folder reads as a story.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(letters, start=1):
        sent = parsedate_to_datetime(message["Date"])
        words = re.sub(r"[^a-z0-9]+", "-", str(message["Subject"]).lower()).strip("-")
        name = f"{number:02d}-{sent:%Y-%m-%d}-{words}"
        for place, attachment in enumerate(message.iter_attachments()):
            content = attachment.get_content()
            kept = content if isinstance(content, bytes) else str(content).encode()
            enclosed = Path(attachment.get_filename() or "file")
            beside = f"-{enclosed.stem}" if place else ""  # the letter itself comes first
            (folder / f"{name}{beside}{enclosed.suffix}").write_bytes(kept)
        plain = message.get_body(("plain",))
        if plain is not None:
            (folder / f"{name}.txt").write_text(plain.get_content(), encoding="utf-8")
