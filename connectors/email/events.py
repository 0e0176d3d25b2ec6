"""Reads mails: a conversation is a ticket, named after the mail that began it."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from assist.helpdesk import Attachment, Author, Contact, EventKind, Message, Ticket, TicketEvent
from connectors import texts

NAME = "email"
_ID = re.compile(r"<([^<>\s]{1,250})>")
_SUBJECT = re.compile(r"^\s*((re|aw|fwd?|wg|antw|sv|vs)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """What counts of a mail. `references` are the ids of the mails before it, the oldest first."""

    id: str
    references: tuple[str, ...]
    subject: str
    sender: str
    name: str
    to: tuple[str, ...]
    at: datetime | None
    text: str
    attachments: tuple[Attachment, ...]
    automatic: bool
    bounce: bool

    @property
    def ticket_id(self) -> str:
        """Give the id of the mail that began the conversation."""
        return self.references[0] if self.references else self.id


def parse(body: bytes, headers: Mapping[str, str]) -> list[TicketEvent]:
    """Give the event of one raw mail; `headers` holds the mailbox's own address as `address`."""
    return events_of(read_mail(body), headers.get("address", ""))


def read_mail(raw: bytes) -> Mail:
    """Read a mail, however broken: what cannot be read is left out, and a missing id is made from the bytes."""
    parsed = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    ids = _ID.findall(_header(parsed, "Message-ID"))
    references = [*_ID.findall(_header(parsed, "References")), *_ID.findall(_header(parsed, "In-Reply-To"))]
    senders = getaddresses([_header(parsed, "From")]) or [("", "")]
    bounce = parsed.get_content_type() == "multipart/report"
    identifier = ids[0] if ids else f"{sha256(raw).hexdigest()[:32]}@missing-id"
    return Mail(
        id=identifier,
        references=tuple(one for one in dict.fromkeys(references) if one != identifier),
        subject=_SUBJECT.sub("", _header(parsed, "Subject")).strip(),
        sender=senders[0][1].lower(),
        name=senders[0][0],
        to=tuple(address.lower() for _, address in getaddresses([_header(parsed, "To"), _header(parsed, "Cc")])),
        at=_date(parsed),
        text=_text(parsed),
        attachments=tuple(_attachments(parsed)),
        automatic=_automatic(parsed),
        bounce=bounce,
    )


def events_of(mail: Mail, address: str) -> list[TicketEvent]:
    """Give what a mail means: automatic answers nothing, a bounce a note, all else a message of the conversation."""
    own = mail.sender == address.lower()
    if mail.automatic and not (mail.bounce and mail.references):
        return []
    message = message_of(mail, own=own)
    if message is None:
        return []
    kind = EventKind.AGENT_REPLY if own else EventKind.CUSTOMER_REPLY
    if not mail.references:
        kind = EventKind.CREATED
    return [
        TicketEvent(
            kind=EventKind.INTERNAL_NOTE if mail.bounce else kind,
            source=NAME,
            ticket_id=mail.ticket_id,
            delivery_id=mail.id[:200],
            message=message,
            ticket=ticket_of([mail], address),
        )
    ]


def message_of(mail: Mail, *, own: bool) -> Message | None:
    """Give a mail as a message: its author's own words, without what they quote; `None` for one that says nothing."""
    text = texts.said(texts.own_words(mail.text), mail.attachments)
    if not text:
        return None
    author = Author.SYSTEM if mail.bounce else Author.AGENT if own else Author.CUSTOMER
    return Message(
        author=author,
        text=text,
        id=mail.id,
        name=mail.name or None,
        internal=mail.bounce,
        at=mail.at,
        attachments=list(mail.attachments),
    )


def ticket_of(mails: list[Mail], address: str) -> Ticket:
    """Give a conversation, its mails in the order of their times."""
    own = address.lower()
    ordered = sorted(mails, key=lambda mail: mail.at or datetime.max.replace(tzinfo=UTC))
    first = ordered[0]
    theirs = [mail for mail in ordered if mail.sender and mail.sender != own and not mail.bounce]
    messages = [message_of(mail, own=mail.sender == own) for mail in ordered if not mail.automatic or mail.bounce]
    contact = Contact(name=theirs[0].name or None, email=theirs[0].sender) if theirs else Contact()
    if not theirs and first.to:
        contact = Contact(email=first.to[0])
    return Ticket(
        source=NAME,
        id=first.ticket_id,
        subject=first.subject or None,
        messages=[message for message in messages if message is not None],
        contact=contact,
        channel="email",
        created_at=first.at,
    )


def _header(parsed: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(value) for value in parsed.get_all(name, []))
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        # The standard library gives up on some headers that spam and old programs write.
        raw = next((value for key, value in parsed.raw_items() if key.lower() == name.lower()), "")
        return str(raw).encode("ascii", "replace").decode()


def _date(parsed: EmailMessage) -> datetime | None:
    try:
        at = parsedate_to_datetime(_header(parsed, "Date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _automatic(parsed: EmailMessage) -> bool:
    said = _header(parsed, "Auto-Submitted").strip().lower()
    return (
        said not in {"", "no"}
        or _header(parsed, "Precedence").strip().lower() in {"bulk", "junk", "auto_reply"}
        or bool(parsed["X-Autoreply"] or parsed["X-Autorespond"])
        or parsed.get_content_type() == "multipart/report"
    )


def _text(parsed: EmailMessage) -> str:
    plain, html = [], []
    for part in parsed.walk():
        if part.is_multipart() or _is_file(part):
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            html.append(_decoded(part))
    text = texts.tidy("\n\n".join(plain))
    return text or texts.from_html("\n".join(html))


def _is_file(part: Message | EmailMessage) -> bool:
    assert isinstance(part, EmailMessage)
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _decoded(part: object) -> str:
    """Decode a text; an unknown or wrong character set becomes UTF-8 where that fits, else Windows' Western one."""
    assert isinstance(part, EmailMessage)
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else str(payload or "").encode("utf-8", "replace")
    for charset in (str(part.get_content_charset() or "utf-8"), "utf-8"):
        try:
            return raw.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return raw.decode("cp1252", "replace")


def _attachments(parsed: EmailMessage) -> Iterator[Attachment]:
    for part in parsed.walk():
        if part.is_multipart():
            continue
        if _is_file(part) or part.get_content_maintype() not in {"text", "multipart", "message"}:
            payload = part.get_payload(decode=True)
            yield Attachment(type=part.get_content_type(), size=len(payload) if isinstance(payload, bytes) else None)
