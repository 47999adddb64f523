"""A list of contacts, weighed line by line before anybody is added: what would become of each.

An import only ever adds people. Whoever is there already is left as they are, whatever the list
says of them: a name, an address or a role is changed on purpose, one person at a time.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.errors import near_names
from domain.office import GIVEN
from domain.vocabulary import Role

LONGEST_NAME = 200
_BETWEEN_ROLES = re.compile(r"[;,/|\n]")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Row(NamedTuple):
    """A line of a list as it was written; `line` counts from 1, with the headings."""

    line: int
    name: str
    email: str
    roles: str


class Known(NamedTuple):
    """Somebody who is there already."""

    name: str
    email: str | None
    roles: frozenset[Role]


class Standing(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    ALREADY_THERE = "already_there"  # and left as they are
    REFUSED = "refused"  # and with it the whole list


class Weighed(NamedTuple):
    """A line, and what becomes of it; `faults` refuse it, `notes` are for a person to look at."""

    line: int
    name: str
    email: str | None
    roles: tuple[Role, ...]
    standing: Standing
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def name_fault(name: str) -> str | None:
    """Why a name can't be kept as it is; None where it can."""
    if not name:
        return "The name is missing."
    if len(name) > LONGEST_NAME:
        return f"The name is longer than {LONGEST_NAME} letters."
    # Spreadsheets take such a cell for a formula and would run it, wherever the name goes next.
    if name.startswith(_BEGINS_A_FORMULA):
        return f"A name can't begin with “{name[0]}”: a spreadsheet would take it for a formula."
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in name):
        return "The name has a character in it that is no letter: write it again by hand."
    if "\N{REPLACEMENT CHARACTER}" in name:
        return "Letters of the name were lost when the file was saved: write it again by hand."
    if not any(letter.isalpha() for letter in name):
        return "The name has no letter in it."
    return None


def roles_in(written: str) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """The roles that a cell names, and a sentence for each word in it that is none."""
    known = [role.value.replace("_", " ") for role in GIVEN]
    roles, faults = [], []
    for part in _BETWEEN_ROLES.split(written):
        word = " ".join(part.replace("_", " ").replace("-", " ").split()).lower()
        if not word:
            continue
        if word in known:
            roles.append(GIVEN[known.index(word)])
        else:
            faults.append(f"There is no role “{part.strip()}”.{near_names(word, known)}")
    return tuple(dict.fromkeys(roles)), tuple(faults)


def weigh(
    rows: Sequence[Row],
    there: Iterable[Known],
    address: Callable[[str], str],
    default: Sequence[Role] = (),
) -> tuple[Weighed, ...]:
    """What would become of each line, in order.

    `address` gives an address as it is kept, or raises ValueError with the reason why it is none.
    `default` are the roles of a line that names none.
    """
    weighing = _Weighing(there, address, tuple(default))
    return tuple(weighing.weigh(row) for row in rows)


class _Weighing:
    def __init__(
        self, there: Iterable[Known], address: Callable[[str], str], default: tuple[Role, ...]
    ) -> None:
        known = list(there)
        self._by_address = {one.email.casefold(): one for one in known if one.email}
        self._names_there = {_alike(one.name): one for one in known}
        self._address = address
        self._default = default
        self._address_lines: dict[str, Weighed] = {}
        self._name_lines: dict[str, Weighed] = {}

    def weigh(self, row: Row) -> Weighed:
        name = " ".join(row.name.split())
        faults = [fault] if (fault := name_fault(name)) else []
        email = None
        if written := row.email.strip():
            try:
                email = self._address(written)
            except ValueError as error:
                faults.append(f"“{written}” is not an e-mail address. {error}")
        roles, unknown = roles_in(row.roles)
        faults += unknown
        roles = roles or self._default
        if not roles and not unknown:
            faults.append("It names no role.")
        person = self._by_address.get(email.casefold()) if email else None
        if person is not None and not faults:
            weighed = self._already_there(row.line, name, email, roles, person)
        else:
            faults += self._twice(name, email, has_address=bool(written))
            notes = self._notes(name, email, has_address=bool(written))
            standing = Standing.REFUSED if faults else Standing.ADDED
            weighed = Weighed(row.line, name, email, roles, standing, tuple(faults), tuple(notes))
        if email:
            self._address_lines.setdefault(email.casefold(), weighed)
        self._name_lines.setdefault(_alike(name), weighed)
        return weighed

    def _already_there(
        self, line: int, name: str, email: str | None, roles: tuple[Role, ...], person: Known
    ) -> Weighed:
        if _alike(person.name) != _alike(name):
            fault = (
                f"{email} is the address of {person.name}. Two people can't share one address: "
                "each would open the other's letters."
            )
            return Weighed(line, name, email, roles, Standing.REFUSED, (fault,))
        notes: tuple[str, ...] = ()
        if frozenset(roles) != person.roles:
            held = _listed(person.roles) or "no role"
            notes = (f"They hold {held}, and keep that: change it on their page.",)
        return Weighed(line, name, email, roles, Standing.ALREADY_THERE, (), notes)

    def _twice(self, name: str, email: str | None, *, has_address: bool) -> list[str]:
        if email:
            before = self._address_lines.get(email.casefold())
            return [f"{email} stands in line {before.line} already."] if before else []
        if has_address or not name:
            return []
        before = self._name_lines.get(_alike(name))
        if before is not None:
            return [f"{name} stands in line {before.line} already, and has no address to tell by."]
        if _alike(name) in self._names_there:
            return [
                f"Somebody called {name} is there already. Give this one's e-mail address if they "
                "are two people, or leave the line out."
            ]
        return []

    def _notes(self, name: str, email: str | None, *, has_address: bool) -> list[str]:
        notes = []
        if email and _alike(name) in self._names_there:
            other = self._names_there[_alike(name)].email
            where = f" with the address {other}" if other else " without an address"
            notes.append(f"Somebody of this name is there already{where}.")
        if re.search("[ÃÂ][\u0080-\u00ff\u2010-\u2122]", name):
            notes.append("The name looks as if its letters were mixed up when it was saved.")
        if not email and not has_address:
            notes.append("Without an e-mail address they are written to on paper.")
        return notes


def _alike(name: str) -> str:
    """The name as two spellings of it compare: without accents, capitals and double spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _listed(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(role.value.replace("_", " ") for role in roles))
