"""The public keys under which a school's checkpoints are or were signed, kept for ever."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from domain.actions import Actor
from domain.checkpoint import PublicKey, origin_of
from domain.register import AuditKeyAdopted
from storage.registrar import append_entries, hold_register
from storage.signing_keys import SigningKeys
from storage.tables import AuditKeyRow


class StoredKey(NamedTuple):
    """A public key of a school, its id among the installation's keys, and since when it signs."""

    public: PublicKey
    label: str
    added_at: datetime


def keys_of(connection: Connection, school: str) -> list[StoredKey]:
    """A school's keys, the newest last."""
    rows = connection.execute(
        select(AuditKeyRow.public_key, AuditKeyRow.label, AuditKeyRow.added_at)
        .where(AuditKeyRow.school == school)
        .order_by(AuditKeyRow.added_at, AuditKeyRow.label)
    )
    return [
        StoredKey(PublicKey(origin_of(school), key), label, added_at)
        for key, label, added_at in rows
    ]


def adopt_key(
    connection: Connection, school: str, keys: SigningKeys, actor: Actor, now: datetime
) -> bool:
    """Keeps the active key, and notes it in the register, if it is new to the school."""
    public = keys.signer(school).public
    hold_register(connection, school)
    if public in (known.public for known in keys_of(connection, school)):
        return False
    fact = AuditKeyAdopted(key=public.text, label=keys.active)
    append_entries(connection, school, [fact], actor, f"audit-key-{public.hash.hex()}", now)
    row = {"school": school, "public_key": public.key, "label": keys.active, "added_at": now}
    connection.execute(insert(AuditKeyRow), row)
    return True
