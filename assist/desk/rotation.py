"""Gives the vault a new key and encrypts every value anew, a few at a time.

Where it stands is written on every value (the name of its key) and in the key file, so it may be killed at any moment:
the old key stays readable until no value needs it, and the next run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from assist.desk.connecting.inbox import place_in_vault
from assist.desk.send import waiting
from assist.governance import audit
from assist.helpdesk import Contact
from assist.redaction.keys import Key
from assist.redaction.spans import PLACEHOLDER
from assist.redaction.vault import CONTACT, WRITING, Vault
from assist.store.database import Database
from assist.store.models import Approval, InboxEvent, Triage, VaultEntry

BATCH = 200


def rotate(database: Database, vault: Vault, tell: Callable[[int], None] = lambda _: None) -> int:
    """Rotate the vault's key to its end; gives how many values were encrypted anew. `tell` gets the count so far."""
    vault.ring.renew()
    done = 0
    while True:
        while moved := _move(database, vault):
            done += moved
            tell(done)
        with database.session() as session:
            if session.connection().dialect.name == "postgresql":
                session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
            # Nobody else writes values now, so what is not there does not come any more.
            if not _left(session, vault.ring.newest, 1):
                _renew_waiting(session, vault)
                _renew_inbox(session, vault)
                vault.ring.retire()
                audit.note(session, "vault.rotated", actor="cli", values=done, key=vault.ring.newest.name.hex())
                return done


def _move(database: Database, vault: Vault) -> int:
    """Encrypt the next few values anew; gives how many there were."""
    with database.session() as session:
        rows = _left(session, vault.ring.newest, BATCH)
        for row in rows:
            _renew(session, vault, row)
        return len(rows)


def _left(session: Session, newest: Key, most: int) -> Sequence[VaultEntry]:
    head = sa.func.substr(col(VaultEntry.ciphertext), 1, len(newest.prefix))
    older = head != sa.bindparam("head", newest.prefix, type_=sa.LargeBinary())
    return session.exec(select(VaultEntry).where(older).order_by(col(VaultEntry.id)).limit(most)).all()


def _renew(session: Session, vault: Vault, row: VaultEntry) -> None:
    plain = vault.decrypt(row.ticket_id, row.placeholder, row.ciphertext)
    changes: dict[str, Any] = {"ciphertext": vault.encrypt(row.ticket_id, row.placeholder, plain)}
    if match := PLACEHOLDER.fullmatch(row.placeholder):
        mark = vault.fingerprint(row.ticket_id, match.group(1), plain)
        same = select(VaultEntry.id).where(VaultEntry.ticket_id == row.ticket_id, VaultEntry.fingerprint == mark)
        twice = session.exec(same).first()
        # Two processes may have stored one value under both keys; either placeholder must stay readable.
        changes["fingerprint"] = mark if twice in {None, row.id} else f"{mark}{row.placeholder}"
    # What somebody else wrote since it was read is left to the next round.
    unchanged = (col(VaultEntry.id) == row.id, col(VaultEntry.ciphertext) == row.ciphertext)
    updated = cast(
        sa.CursorResult[Any], session.connection().execute(sa.update(VaultEntry).where(*unchanged).values(**changes))
    )
    if updated.rowcount and row.placeholder == CONTACT:
        _mark_contact(session, vault, row.ticket_id, Contact.model_validate_json(plain))


def _renew_waiting(session: Session, vault: Vault) -> None:
    """Encrypt the few texts anew that wait for a second person."""
    for row in session.exec(select(Approval).where(col(Approval.sealed).is_not(None))):
        if row.sealed is not None and not row.sealed.startswith(vault.ring.newest.prefix):
            plain = vault.decrypt(row.ticket_id, waiting(row), row.sealed)
            row.sealed = vault.encrypt(row.ticket_id, waiting(row), plain)
            session.add(row)


def _renew_inbox(session: Session, vault: Vault) -> None:
    """Encrypt the events of helpdesks anew that are still to be done, and those that were given up."""
    for row in session.exec(select(InboxEvent).where(col(InboxEvent.content).is_not(None))):
        if row.content is not None and not row.content.startswith(vault.ring.newest.prefix):
            place = place_in_vault(row.connector, row.delivery_id)
            row.content = vault.encrypt(0, place, vault.decrypt(0, place, row.content))
            session.add(row)


def _mark_contact(session: Session, vault: Vault, ticket_id: int, contact: Contact) -> None:
    mark = vault.contact_mark(contact)
    session.connection().execute(sa.update(Triage).where(col(Triage.ticket_id) == ticket_id).values(contact_mark=mark))
