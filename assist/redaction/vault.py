"""Keeps the originals of masked values: per ticket, encrypted, bound to their place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from assist.errors import ConfigurationError, Conflict, InvalidInput
from assist.helpdesk import Contact
from assist.outgoing import SEEN
from assist.redaction.keyfile import decode_key, read_or_create
from assist.redaction.keys import Keyring
from assist.redaction.normalise import canonical
from assist.redaction.spans import KINDS, PLACEHOLDER, Span, merge_pieces, with_literals
from assist.settings import Settings
from assist.store.models import Ticket, VaultEntry

CONTACT = "<CONTACT>"
_ATTEMPTS = 8
# PostgreSQL only: who writes values holds it shared, who retires a key alone. SQLite has one writer anyway.
WRITING = 4820116


class Vault:
    """Encrypts and recognises values. AES-256-GCM; everything is derived from keys of 32 bytes, the newest first."""

    def __init__(self, key: bytes, *older: bytes, path: Path | None = None) -> None:
        """`path`: the file that holds the keys, where they may change while this runs."""
        self.ring = Keyring([key, *older], path)

    @classmethod
    def from_settings(cls, settings: Settings) -> Vault:
        """Give the vault with the keys of the settings, else of the key file, which is made when missing."""
        given = settings.vault_key.get_secret_value()
        if given:
            older = settings.vault_old_keys.get_secret_value().replace(",", " ").split()
            return cls(
                decode_key(given, where="ASSIST_VAULT_KEY"),
                *(decode_key(key, where="ASSIST_VAULT_OLD_KEYS") for key in older),
            )
        assert settings.vault_key_file is not None
        return cls(*read_or_create(settings.vault_key_file), path=settings.vault_key_file)

    def open(self, session: Session, ticket_id: int) -> TicketVault:
        """Give one ticket's vault as it stands; new values are written in `session`."""
        self.ring.refresh()
        return TicketVault(self, session, ticket_id)

    def encrypt(self, ticket_id: int, placeholder: str, value: str) -> bytes:
        """Encrypt a value for its place: it decrypts as this placeholder of this ticket only."""
        return self.ring.newest.encrypt(value.encode("utf-8", "surrogatepass"), _place(ticket_id, placeholder))

    def decrypt(self, ticket_id: int, placeholder: str, ciphertext: bytes) -> str:
        """Decrypt a value; raises `ConfigurationError` when the key or the place is not the one it was made for."""
        plain = self._try(ciphertext, _place(ticket_id, placeholder))
        if plain is None:
            # Another process may have begun to rotate the key a moment ago.
            self.ring.refresh()
            plain = self._try(ciphertext, _place(ticket_id, placeholder))
        if plain is None:
            raise ConfigurationError(
                f"the vault's key does not open {placeholder} of ticket {ticket_id}",
                where="vault",
                hint="Use the key this database was filled with (ASSIST_VAULT_KEY or ASSIST_VAULT_KEY_FILE).",
            )
        return plain.decode("utf-8", "surrogatepass")

    def fingerprint(self, ticket_id: int, kind: str, value: str) -> str:
        """Give 64 hex digits, equal for spellings of one value in one ticket, and telling nothing without the key."""
        return self.fingerprints(ticket_id, kind, value)[0]

    def fingerprints(self, ticket_id: int, kind: str, value: str) -> list[str]:
        """Give the fingerprint by every key: in the middle of a rotation a value may be stored under either."""
        message = f"{ticket_id}\0{kind}\0{canonical(kind, value)}".encode("utf-8", "surrogatepass")
        return [key.mark(message) for key in self.ring.keys]

    def contact_mark(self, contact: Contact | None) -> str | None:
        """Give the mark that is the same on every ticket of a contact: of the address, else of the phone number."""
        address = (contact.email or contact.phone) if contact else None
        kind = "EMAIL" if contact and contact.email else "PHONE"
        # Ticket 0 is nobody's.
        return self.fingerprint(0, kind, address) if address else None

    def hold(self, session: Session) -> None:
        """Keep the newest key until the transaction ends: none is retired while something is encrypted."""
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({WRITING})")
        self.ring.refresh()

    def _try(self, ciphertext: bytes, place: bytes) -> bytes | None:
        for key in self.ring.keys:
            with suppress(InvalidTag):
                return key.decrypt(ciphertext, place)
        return None


class TicketVault:
    """The placeholders of one ticket. Reading works after the session is closed; writing needs it open."""

    def __init__(self, vault: Vault, session: Session, ticket_id: int) -> None:
        self._vault = vault
        self._session = session
        self.ticket_id = ticket_id
        self._plain: dict[str, str] = {}
        self._read()

    def placeholder(self, kind: str, value: str) -> str:
        """Give the placeholder of a value, `<KIND_n>`: the same for the same value in another case or format."""
        return self.placeholders([(kind, value)])[0]

    def placeholders(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Give the placeholders of `(kind, value)` pairs, storing the new ones in one go.

        When another writer took a number or stored the same value meanwhile, the ticket's entries are read again and
        the rest is numbered anew. Raises `InvalidInput` for an unknown kind or an empty value.
        """
        for kind, value in pairs:
            if kind not in KINDS or not value:
                raise InvalidInput(f"there is no kind {kind!r}, or the value is empty", where="vault")
        for _ in range(_ATTEMPTS):
            marks = [self._mark(kind, value) for kind, value in pairs]
            missing = {mark: pair for mark, pair in zip(marks, pairs, strict=True) if mark not in self._by_mark}
            if not missing:
                return [self._by_mark[mark] for mark in marks]
            # The newest key must be known before anything is encrypted: an older one may be retired by now.
            self._vault.hold(self._session)
            if marks != [self._mark(kind, value) for kind, value in pairs]:
                continue
            self._queue()
            if self._store(missing):
                return [self._by_mark[mark] for mark in marks]
            self._read()
        raise Conflict("too many others write to this ticket at once", where="vault", hint="Try again.")

    def mask(self, text: str, spans: Sequence[Span]) -> str:
        """Put placeholders in the place of spans. What only looks like a placeholder becomes a value too."""
        return self.mask_all([text], [spans])[0]

    def mask_all(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[str]:
        """Mask several texts of the ticket in order, writing new values once."""
        cut = [with_literals(text, found) for text, found in zip(texts, spans, strict=True)]
        pairs = [(s.kind, text[s.start : s.end]) for text, found in zip(texts, cut, strict=True) for s in found]
        masks = iter(self.placeholders(pairs))
        return [merge_pieces(text, found, [next(masks) for _ in found]) for text, found in zip(texts, cut, strict=True)]

    def restore(self, text: str) -> str:
        """Put the originals back, in one pass: a placeholder inside an original stays. Unknown ones stay too.

        A value that was written in several ways comes back as it was first written.
        """
        return PLACEHOLDER.sub(lambda match: self._value(match.group()), text)

    def values(self) -> dict[str, str]:
        """Give every placeholder with its original, oldest first, the contact's record left out."""
        return {name: self._value(name) for name in self._sealed if name != CONTACT}

    @property
    def contact(self) -> Contact | None:
        """The requester as the helpdesk knows them, if that was ever said."""
        if CONTACT not in self._sealed:
            return None
        contact = Contact.model_validate_json(self._value(CONTACT))
        self._seen(contact)
        return contact

    @contact.setter
    def contact(self, contact: Contact) -> None:
        self._vault.hold(self._session)
        sealed = self._vault.encrypt(self.ticket_id, CONTACT, contact.model_dump_json())
        if CONTACT in self._sealed or not self._insert({CONTACT: (CONTACT, sealed)}):
            self._session.execute(
                update(VaultEntry)
                .where(col(VaultEntry.ticket_id) == self.ticket_id, col(VaultEntry.placeholder) == CONTACT)
                .values(ciphertext=sealed)
            )
        self._sealed[CONTACT] = sealed
        self._plain.pop(CONTACT, None)
        self._seen(contact)

    def _seen(self, contact: Contact) -> None:
        """Let no text leave this process that holds what the contact is called, however it got there."""
        for kind, value in contact.known_values():
            SEEN.note(kind, value, owner=self.ticket_id)

    def _mark(self, kind: str, value: str) -> str:
        """Give the fingerprint a value is stored under, else the one to store it under."""
        marks = self._vault.fingerprints(self.ticket_id, kind, value)
        return next((mark for mark in marks if mark in self._by_mark), marks[0])

    def _read(self) -> None:
        rows = self._session.execute(
            select(VaultEntry.placeholder, VaultEntry.fingerprint, VaultEntry.ciphertext)
            .where(VaultEntry.ticket_id == self.ticket_id)
            .order_by(col(VaultEntry.id))
        ).all()
        self._sealed = {placeholder: ciphertext for placeholder, _, ciphertext in rows}
        self._by_mark = {fingerprint: placeholder for placeholder, fingerprint, _ in rows}
        self._last: dict[str, int] = {}
        for placeholder in self._sealed:
            if match := PLACEHOLDER.fullmatch(placeholder):
                self._last[match.group(1)] = max(self._last.get(match.group(1), 0), int(match.group(2)))

    def _queue(self) -> None:
        """Let writers of one ticket go one after the other, so that nobody loses again and again to faster ones.

        SQLite has one writer anyway. Of the ticket's row only what foreign keys do not ask for is locked.
        """
        if self._session.connection().dialect.name == "postgresql":
            own = select(Ticket.id).where(Ticket.id == self.ticket_id).with_for_update(key_share=True)
            self._session.execute(own)

    def _store(self, missing: dict[str, tuple[str, str]]) -> bool:
        """Number and insert new values; tells whether nobody else was faster."""
        last = dict(self._last)
        rows: dict[str, tuple[str, bytes]] = {}
        for mark, (kind, value) in missing.items():
            SEEN.note(kind, value, owner=self.ticket_id, sure=False)
            last[kind] = last.get(kind, 0) + 1
            name = f"<{kind}_{last[kind]}>"
            rows[name] = (mark, self._vault.encrypt(self.ticket_id, name, value))
        if not self._insert(rows):
            return False
        self._last = last
        self._sealed |= {name: sealed for name, (_, sealed) in rows.items()}
        self._by_mark |= {mark: name for name, (mark, _) in rows.items()}
        return True

    def _insert(self, rows: dict[str, tuple[str, bytes]]) -> bool:
        try:
            # A savepoint: a clash must not undo what else the caller's transaction holds.
            with self._session.begin_nested():
                self._session.execute(
                    insert(VaultEntry),
                    [
                        {"ticket_id": self.ticket_id, "placeholder": name, "fingerprint": mark, "ciphertext": sealed}
                        for name, (mark, sealed) in rows.items()
                    ],
                )
        except IntegrityError:
            return False
        return True

    def _value(self, placeholder: str) -> str:
        if placeholder not in self._plain:
            sealed = self._sealed.get(placeholder)
            if sealed is None:
                return placeholder
            self._plain[placeholder] = plain = self._vault.decrypt(self.ticket_id, placeholder, sealed)
            if match := PLACEHOLDER.fullmatch(placeholder):
                SEEN.note(match.group(1), plain, owner=self.ticket_id, sure=False)
        return self._plain[placeholder]


def _place(ticket_id: int, placeholder: str) -> bytes:
    return f"{ticket_id}\0{placeholder}".encode()
