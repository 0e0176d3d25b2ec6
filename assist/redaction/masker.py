"""Masks messages on their way into the database, and texts that belong to no ticket."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from assist.errors import InvalidInput
from assist.helpdesk import Contact
from assist.outgoing.scrub import FREE_MAIL
from assist.redaction.redactor import Pairs, Redactor
from assist.redaction.spans import LITERAL, Span, merge_pieces, resolve, with_literals
from assist.redaction.vault import TicketVault, Vault

# From this score on a value found once is looked for in the whole case.
LEARN_FROM = 0.75
# What a help centre publishes about its own company.
BUSINESS_KINDS = frozenset({"PHONE", "URL", "ADDRESS", "IBAN", "IP", "ORDER", "ID", "HANDLE", "SECRET", LITERAL})
_ROLES_TEXT = (
    "support help info contact hello service services care sales returns refunds billing accounts account orders "
    "order privacy security press media jobs careers legal office team admin noreply reply no feedback complaints "
    "shop store customer customers abuse postmaster webmaster newsletter data protection dpo it hr finance "
    "invoices partners"
)
_ROLES = frozenset(_ROLES_TEXT.split())


@dataclass(frozen=True)
class MaskItem:
    """The texts of one ticket, oldest first, with its contact; `authors[i]` wrote `texts[i]`."""

    texts: Sequence[str]
    contact: Contact | None = None
    authors: Sequence[str] | None = None
    ticket_id: int | None = None


class Masker:
    """Finds personal data and puts placeholders in its place. Everything that is stored comes through here."""

    def __init__(self, redactor: Redactor, vault: Vault, public: Callable[[], frozenset[str]] = frozenset) -> None:
        """`public` gives the folded words of the company's own help pages, which name products and not people."""
        self._redactor = redactor
        self._vault = vault
        self._public = public

    def mask_many(self, session: Session, items: Sequence[MaskItem]) -> list[list[str]]:
        """Mask many tickets' texts; each item names its ticket. The search is one batched pass for all of them."""
        masked = []
        for item, spans in zip(items, self.find(items), strict=True):
            if item.ticket_id is None:
                raise InvalidInput("an item to mask names no ticket", where="masker")
            masked.append(self.apply(session, item.ticket_id, item, spans))
        return masked

    def find(self, items: Sequence[MaskItem]) -> list[list[list[Span]]]:
        """Give the spans of each text of each item; needs no database, so it can run before a transaction begins.

        What is found with certainty in one text of a ticket is found in its other texts too.
        """
        texts = [text for item in items for text in item.texts]
        known = [pairs for item in items for pairs in [_pairs(item.contact)] * len(item.texts)]
        authors: list[str | None] = []
        for item in items:
            authors += item.authors or [None] * len(item.texts)
        found = iter(self._redactor.find(texts, known, authors=authors, public=self._public()))
        return [self._spread(item, [next(found) for _ in item.texts]) for item in items]

    def apply(self, session: Session, ticket_id: int, item: MaskItem, spans: Sequence[Sequence[Span]]) -> list[str]:
        """Mask one ticket's texts with the spans that `find` gave; values and contact go into the ticket's vault."""
        vault = self._vault.open(session, ticket_id)
        if item.contact is not None:
            _remember(vault, item.contact)
        return vault.mask_all(item.texts, spans)

    def mask(
        self,
        session: Session,
        ticket_id: int,
        texts: Sequence[str],
        contact: Contact | None = None,
        *,
        authors: Sequence[str] | None = None,
    ) -> list[str]:
        """Mask live texts of one ticket. Known values: the contact's (given, else the vault's), and all seen before."""
        vault = self._vault.open(session, ticket_id)
        if contact is not None:
            _remember(vault, contact)
        pairs = _pairs(contact or vault.contact)
        found = self._redactor.find(texts, [pairs] * len(texts), authors=authors, public=self._public())
        seen = [(name.strip("<>").rsplit("_", 1)[0], value) for name, value in vault.values().items()]
        learned = self._redactor.learn([pair for pair in seen if pair[0] != LITERAL and pair not in pairs])
        spans = [resolve(text, [*own, *learned.find(text)]) for text, own in zip(texts, found, strict=True)]
        return vault.mask_all(texts, spans)

    def mask_free(self, text: str, contact: Contact | None = None, *, keep_business: bool = False) -> str:
        """Mask a text of no ticket for good: `(person)`, `(email)` … stand for what was there.

        `keep_business`: for help-centre articles; the company's own numbers, addresses and mailboxes stay, and only
        persons' data goes.
        """
        spans = self._redactor.find([text], [_pairs(contact)])[0]
        if keep_business:
            spans = [span for span in spans if span.by == "known" or _is_personal(text, span)]
        spans = with_literals(text, spans)
        return merge_pieces(text, spans, [f"({_word(text, span)})" for span in spans])

    def _spread(self, item: MaskItem, found: list[list[Span]]) -> list[list[Span]]:
        if len(found) < 2:
            return found
        sure = [
            (span.kind, text[span.start : span.end])
            for text, spans in zip(item.texts, found, strict=True)
            for span in spans
            if span.by not in {"known", "ner"} and span.score >= LEARN_FROM and span.kind != "SECRET"
        ]
        if not sure:
            return found
        learned = self._redactor.learn(sure)
        return [resolve(text, [*spans, *learned.find(text)]) for text, spans in zip(item.texts, found, strict=True)]


def _pairs(contact: Contact | None) -> Pairs:
    return contact.known_values() if contact is not None else []


def _remember(vault: TicketVault, contact: Contact) -> None:
    """Give the contact's values the first numbers: whole name, then first name, then the rest."""
    known = contact.known_values()
    if not known or vault.contact == contact:
        return
    vault.contact = contact
    people = [pair for pair in known if pair[0] == "PERSON"]
    first = [("PERSON", name.split()[0]) for _, name in people if len(name.split()) > 1 and len(name.split()[0]) > 2]
    vault.placeholders([*people, *first, *(pair for pair in known if pair[0] != "PERSON")])


def _is_personal(text: str, span: Span) -> bool:
    found = text[span.start : span.end]
    if span.kind == "EMAIL":
        parts = set(re.split(r"[^a-z]+", found.split("@")[0].lower()))
        return not parts & _ROLES and (bool(FREE_MAIL.search(found)) or len(parts) > 1)
    if span.kind == "PERSON":
        return span.by != "ner" and " " in found.strip()
    return span.kind not in BUSINESS_KINDS


def _word(text: str, span: Span) -> str:
    if span.kind == LITERAL:
        return text[span.start + 1 : span.end - 1].rsplit("_", 1)[0].lower().replace("_", " ")
    return span.kind.lower()
