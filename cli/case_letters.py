"""Letters at the command line: drafted into a folder, edited there, handed in with the action."""

import os
from collections.abc import Sequence
from pathlib import Path

from cli.outcome import BadUsage
from correspondence.writer import Draft
from domain.letter_editing import CannotReadLetter, from_editable, to_editable
from gateway.letters import Approved, LettersChosen, Sending

_SEPARATOR = "--to--"  # stands in no kind and no person's id
_ABOUT = "--about--"  # nor does this: it comes before a meeting's id


def write_drafts(folder: Path, drafts: Sequence[Draft]) -> list[Path]:
    """Writes each draft as a text to edit, readable by its owner alone; returns the files.

    Raises BadUsage where one is there already: what somebody edited is not written over.
    """
    files = [folder / _name_of(draft) for draft in drafts]
    if there := [file for file in files if file.exists()]:
        names = ", ".join(str(file) for file in there)
        raise BadUsage(f"{names}: there already. Hand it in, or take it out of the folder first.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file, draft in zip(files, drafts, strict=True):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(to_editable(draft.text))
    return files


def _name_of(draft: Draft) -> str:
    due = draft.due
    about = f"{_ABOUT}{due.about}" if due.about else ""
    return f"{due.kind}{_SEPARATOR}{due.to}{about}.md"


def chosen_letters(folder: Path | None, *, none: bool) -> LettersChosen:
    """What to send: the letters in `folder`, nothing, or the drafts as they are.

    Raises BadUsage with file, line and a sentence for everything that can't be read.
    """
    if folder is None:
        return Sending.NONE if none else Sending.AS_DRAFTED
    if none:
        raise BadUsage("--letters and --no-letters do not go together.")
    if not folder.is_dir():
        raise BadUsage(f"{folder}: there is no such folder. `evenhand case draft` makes one.")
    approved, faults = [], []
    for file in sorted(folder.glob("*.md")):
        kind, separator, rest = file.stem.partition(_SEPARATOR)
        person, _, about = rest.partition(_ABOUT)
        if not separator:
            faults.append(f"{file}: its name no longer says which letter it is, and to whom.")
            continue
        try:
            text = from_editable(file.read_text(encoding="utf-8"))
            approved.append(Approved(kind, person, text, about or None))
        except CannotReadLetter as error:
            faults += [f"{file}:{line}: {said}" for line, said in error.faults]
        except UnicodeDecodeError:
            faults.append(f"{file}: this is not a text in UTF-8.")
    if faults:
        raise BadUsage("\n".join(faults))
    if not approved:
        raise BadUsage(f"{folder}: there is no letter in it. Say --no-letters to send none.")
    return approved
