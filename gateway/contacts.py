"""Contacts from a spreadsheet: read, weighed line by line, and added all together or not at all.

Whatever a spreadsheet saves as CSV is read: with commas, semicolons or tabs, in UTF-8 (with or
without a byte order mark), UTF-16, or Windows-1252. What goes out to a spreadsheet can't be taken
for a formula by it.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.actions import Actor
from domain.contacts import Row, Standing, Weighed, weigh
from domain.errors import EvenhandError
from domain.vocabulary import Role
from gateway.addresses import an_address
from gateway.enrolling import Enrolling, Newcomer
from storage.people import Person

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 5000
HEADINGS = ("name", "e-mail", "roles")
_SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs"}
_COLUMNS = {
    "name": ("name", "fullname", "displayname"),
    "first": ("firstname", "forename", "givenname", "preferredname"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail"),
    "roles": ("role", "roles"),
}
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# What letters of another encoding (a Mac's, or DOS's) turn into: no name has such signs in it.
_NO_NAME = re.compile("(?<=[^\\W\\d_])(?:[…†‡ˆ‰‹›•˜¢-©«-±´-¹»-¿×÷](?=[^\\W\\d_])|[‚„])|[a-z][ŠŽŸ]")
_SAVE_AGAIN = "Save it as “CSV UTF-8” and try again."


class ContactsUnreadable(EvenhandError):
    """The file can't be read as a list of contacts; the message says why, and what to do."""


class DryRun(NamedTuple):
    """What an import would do. `read_as` and `separator` say how the file was taken; `left_out`
    are the headings of columns that nothing is made of."""

    lines: tuple[Weighed, ...]
    read_as: str
    separator: str
    left_out: tuple[str, ...] = ()

    def count(self, standing: Standing) -> int:
        """How many lines have this standing."""
        return sum(line.standing is standing for line in self.lines)

    @property
    def ready(self) -> bool:
        """Whether it can be done: no line is refused, and there is somebody to add."""
        return self.count(Standing.REFUSED) == 0 and self.count(Standing.ADDED) > 0


class NotReady(EvenhandError):
    """Nobody was added, because lines are refused; `dry_run` says which."""

    def __init__(self, dry_run: DryRun) -> None:
        self.dry_run = dry_run
        refused = dry_run.count(Standing.REFUSED)
        lines = "1 line is" if refused == 1 else f"{refused} lines are"
        super().__init__(
            f"Nobody was added: {lines} refused. Correct the file and try again."
            if refused
            else "Nobody was added: everybody in the file is there already."
        )


class Contacts:
    """Imports into one school."""

    def __init__(self, enrolling: Enrolling) -> None:
        self._enrolling = enrolling

    async def dry_run(self, content: bytes, default: Sequence[Role] = ()) -> DryRun:
        """What importing a file would do; nothing is changed. `default` are the roles of a line
        that names none. Raises ContactsUnreadable."""
        text, read_as = decoded(content)
        rows, separator, left_out = rows_of(text)
        lines = weigh(rows, await self._enrolling.known(), an_address, default)
        return DryRun(lines, read_as, separator, left_out)

    async def bring_in(
        self,
        content: bytes,
        actor: Actor,
        default: Sequence[Role] = (),
        *,
        action_id: str | None = None,
    ) -> list[str]:
        """Adds everybody in the file who is not there yet, in one transaction; returns their ids.

        Raises ContactsUnreadable, NotReady, ActionRefused, and DetailRefused where somebody took
        one of the addresses in this moment.
        """
        dry_run = await self.dry_run(content, default)
        if not dry_run.ready:
            raise NotReady(dry_run)
        newcomers = [
            Newcomer(line.name, line.email, line.roles)
            for line in dry_run.lines
            if line.standing is Standing.ADDED
        ]
        return await self._enrolling.add_all(newcomers, actor, action_id=action_id)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and the name of the encoding it was in. Raises ContactsUnreadable."""
    if len(content) > MOST_BYTES:
        raise ContactsUnreadable(
            f"The file has {len(content) / 1024 / 1024:.1f} MB; at most "
            f"{MOST_BYTES // 1024 // 1024} MB are read. Import it in parts."
        )
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ContactsUnreadable(
            "This is a spreadsheet, not CSV. In the spreadsheet's program, save it as “CSV UTF-8”."
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16"), "UTF-16"
    if b"\0" in content:
        raise ContactsUnreadable(f"This is not a text file. {_SAVE_AGAIN}")
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        text = _strictly(content, "cp1252")
    if _NO_NAME.search(text):
        raise ContactsUnreadable(
            "The file is not in UTF-8, and in Windows-1252 its letters make no sense. "
            f"{_SAVE_AGAIN}"
        )
    return text, "Windows-1252"


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ContactsUnreadable(
            f"The file is in neither UTF-8 nor Windows-1252. {_SAVE_AGAIN}"
        ) from error


def rows_of(text: str) -> tuple[list[Row], str, tuple[str, ...]]:
    """The lines of a list; what separates its columns, in words; and the headings left out.

    Raises ContactsUnreadable.
    """
    lines, first = text.splitlines(keepends=True), 1
    while lines and (not lines[0].strip() or lines[0].lower().startswith("sep=")):
        # Excel writes and reads such a line, which says what separates the columns.
        lines, first = lines[1:], first + 1
    if not lines:
        raise ContactsUnreadable("The file is empty.")
    separator = max(_SEPARATORS, key=lambda one: _understood(lines[0], one))
    columns, left_out, width = _columns(lines[0], separator)
    rows: list[Row] = []
    reader = csv.reader(lines[1:], delimiter=separator, strict=True)
    try:
        before = first
        for cells in reader:
            line, before = before + 1, first + reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MOST_LINES:
                raise ContactsUnreadable(
                    f"The file has more than {MOST_LINES} lines. Import it in parts."
                )
            if any(cell.strip() for cell in cells[width:]):
                raise ContactsUnreadable(
                    f"Line {line} has more columns than the headings. A name with a "
                    f"{_SEPARATORS[separator].removesuffix('s')} in it stands in quotation marks."
                )
            rows.append(_row(line, cells, columns))
    except csv.Error as error:
        raise ContactsUnreadable(
            f"Line {before + 1} can't be taken apart: a quotation mark is opened and not closed, "
            "or stands in the middle of a word."
        ) from error
    if not rows:
        raise ContactsUnreadable("There is nobody in the file, only headings.")
    return rows, _SEPARATORS[separator], left_out


def _understood(line: str, separator: str) -> int:
    return sum(_column(heading) is not None for heading in _cells(line, separator))


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _column(heading: str) -> str | None:
    plain = re.sub(r"[\W_]", "", heading.casefold())
    return next((column for column, names in _COLUMNS.items() if plain in names), None)


def _columns(line: str, separator: str) -> tuple[dict[str, int], tuple[str, ...], int]:
    headings = _cells(line, separator)
    columns: dict[str, int] = {}
    left_out = []
    for place, heading in enumerate(headings):
        column = _column(heading)
        if column is None:
            left_out += [heading.strip()] if heading.strip() else []
        elif column in columns:
            raise ContactsUnreadable(f"Two columns are called “{heading.strip()}”: leave one out.")
        else:
            columns[column] = place
    if "name" not in columns and not {"first", "last"} <= columns.keys():
        raise ContactsUnreadable(
            f"The first line names the columns: {', '.join(HEADINGS)}. It has no column for the "
            "name."
        )
    return columns, tuple(left_out), len(headings)


def _row(line: int, cells: Sequence[str], columns: dict[str, int]) -> Row:
    def cell(column: str) -> str:
        place = columns.get(column)
        return _as_typed(cells[place]) if place is not None and place < len(cells) else ""

    name = cell("name") or f"{cell('first')} {cell('last')}".strip()
    return Row(line, name, cell("email"), cell("roles"))


def _as_typed(cell: str) -> str:
    """A cell without the apostrophe that `for_a_spreadsheet` puts before what looks like a
    formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULAS) else cell


def for_a_spreadsheet(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula: OWASP's rule against CSV injection."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def as_csv(people: Iterable[Person]) -> bytes:
    """A school's people as a list that can be imported again: CSV in UTF-8 with its mark."""
    rows = [
        (one.name, one.email or "", ", ".join(sorted(r.value.replace("_", " ") for r in one.roles)))
        for one in people
        if not one.erased
    ]
    return _written([HEADINGS, *rows])


def report_as_csv(dry_run: DryRun) -> bytes:
    """A dry run, line by line, for whoever corrects the list."""
    rows = [
        (
            str(line.line),
            line.standing.value.replace("_", " "),
            line.name,
            line.email or "",
            ", ".join(role.value.replace("_", " ") for role in line.roles),
            " ".join((*line.faults, *line.notes)),
        )
        for line in dry_run.lines
    ]
    return _written([("line", "becomes", *HEADINGS, "remarks"), *rows])


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        lines.writerow([for_a_spreadsheet(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")
