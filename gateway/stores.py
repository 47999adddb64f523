"""Everything that keeps the record, opened together on one database."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from correspondence.writer import LetterWriter
from domain.letter_templates import LetterTemplates
from settings import Settings
from storage.account_keys import AccountKeys
from storage.case_lists import CaseLists
from storage.checkpoints import Checkpoints
from storage.database import Database, open_database
from storage.deliveries import Deliveries
from storage.disposals import Disposals
from storage.enclosures import Enclosures
from storage.keys import MasterKey
from storage.ledger import Ledger
from storage.letter_files import load_templates
from storage.payload_codec import Keyring
from storage.people import People
from storage.record import Record
from storage.recorder import Recorder
from storage.references import References
from storage.registrar import Registrar
from storage.saved_views import SavedViews
from storage.sessions import SessionTable
from storage.shelf import Shelf
from storage.signing_keys import SigningKeys
from storage.texts import Texts
from storage.unfinished import UnfinishedWork
from storage.views import Views


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The parts of the storage that a process uses. `close` when done."""

    database: Database
    people: People
    account_keys: AccountKeys
    texts: Texts
    enclosures: Enclosures
    deliveries: Deliveries
    writer: LetterWriter
    shelf: Shelf
    references: References
    record: Record
    recorder: Recorder
    registrar: Registrar
    disposals: Disposals
    views: Views
    ledger: Ledger
    checkpoints: Checkpoints
    lists: CaseLists
    saved_views: SavedViews
    unfinished: UnfinishedWork
    sessions: SessionTable

    async def close(self) -> None:
        """Closes the connections to the database."""
        await self.database.close()


def open_stores(
    url: str,
    master_key: MasterKey,
    on_recorded: Callable[[int], None] = lambda count: None,
    *,
    views_waiting: Path | None = None,
    on_view_waiting: Callable[[str], None] = lambda reference: None,
    letters: Path | None = None,
) -> Stores:
    """The stores on the database at `url`; nothing is connected before the first use.

    `views_waiting` is the folder for lines of the read log that the database can't take at once;
    `letters` is the folder with the school's own letters, if it has one.
    """
    database = open_database(url)
    people = People(database, master_key)
    texts = Texts(database, people)
    shelf = Shelf(database)
    ledger = Ledger(database)
    views = Views(database, views_waiting, on_view_waiting)
    return Stores(
        database=database,
        people=people,
        account_keys=AccountKeys(master_key),
        texts=texts,
        enclosures=Enclosures(database, people),
        deliveries=Deliveries(database),
        writer=LetterWriter(people, texts, partial(_templates, letters), shelf.title),
        shelf=shelf,
        references=References(database),
        record=Record(database),
        recorder=Recorder(database, on_recorded),
        registrar=Registrar(database, on_recorded),
        disposals=Disposals(database, shelf),
        views=views,
        ledger=ledger,
        checkpoints=Checkpoints(database, ledger, views),
        lists=CaseLists(database),
        saved_views=SavedViews(database, people),
        unfinished=UnfinishedWork(database, people),
        sessions=SessionTable(database),
    )


@cache
def _templates(letters: Path | None, school: str) -> LetterTemplates:
    # Read once for a process: a letter is drafted and sent in the same words.
    return load_templates(letters, school=school)


def master_key_of(settings: Settings) -> MasterKey:
    """The master key from the environment, or from its file, made at the first start.

    Raises KeyProblem.
    """
    if settings.master_key is not None:
        return MasterKey.from_text(settings.master_key.get_secret_value())
    return MasterKey.from_file(settings.master_key_file)


def keyring_of(settings: Settings) -> Keyring:
    """The payload keys from the environment, or from their file, made at the first start.

    Both name the active key last. Raises KeyProblem.
    """
    if settings.payload_keys:
        return Keyring.from_text(settings.payload_keys_text())
    return Keyring.from_file(settings.payload_keys_file)


def audit_keys_of(settings: Settings) -> SigningKeys:
    """The keys that sign checkpoints, from the environment or from their file, made at first.

    Both name the active key last. Raises KeyProblem.
    """
    if settings.audit_keys:
        return SigningKeys.from_text(settings.audit_keys_text())
    return SigningKeys.from_file(settings.audit_keys_file)
