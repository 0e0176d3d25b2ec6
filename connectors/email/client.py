"""Speaks IMAP and SMTP."""

from __future__ import annotations

import json
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from imaplib import IMAP4
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from assist.errors import ConfigurationError, HelpdeskRefused, HelpdeskUnavailable, NotFound
from assist.helpdesk import Page, Polled, Ticket, WriteKind, Writing, Written
from connectors.email.events import NAME, Mail, events_of, read_mail, ticket_of
from connectors.email.settings import EmailSettings
from connectors.reading import is_loopback

TIMEOUT_S = 30.0
# Of a larger mail only the beginning is read: its text stands there, and nobody reads ten megabytes of it.
MOST_BYTES = 512 * 1024
BATCH = 50
NETWORK = (OSError, IMAP4.abort, IMAP4.error, ImapToolsError, smtplib.SMTPException)


class EmailClient:
    """Sessions with the two servers. Reading opens a session each time; waiting keeps one of its own."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._next = 0
        for security, host in (
            (settings.imap_security, settings.imap_host),
            (settings.smtp_security, settings.smtp_host or "localhost"),
        ):
            if security == "none" and not is_loopback(host):
                raise ConfigurationError(
                    "a password would go over the network in clear", where="ASSIST_EMAIL_…_SECURITY"
                )

    def folders(self) -> list[str]:
        """Give the names of the folders, and so try the sign-in."""
        with self._session() as box:
            return [one.name for one in box.folder.list()]

    def check_smtp(self) -> str:
        """Sign in to the SMTP server and leave."""
        with self._smtp() as server:
            server.noop()
        return "signed in"

    def poll(self, cursor: str | None) -> Polled:
        """Give the events of mails that came since; the first look only notes where the folders stand."""
        places: dict[str, Any] = json.loads(cursor) if cursor else {}
        events = []
        with self._session() as box:
            for folder in self._folders():
                box.folder.set(folder, readonly=True)
                status = box.folder.status(folder)
                place, valid = places.get(folder), status["UIDVALIDITY"]
                if folder == self._settings.folder:
                    self._next = status["UIDNEXT"]
                if place is None or place["valid"] != valid:
                    # New here, or numbered anew by the server: what is in it belongs to the back-fill.
                    places[folder] = {"valid": valid, "uid": status["UIDNEXT"] - 1}
                    continue
                for uid, raw in self._since(box, place["uid"]):
                    events += events_of(read_mail(raw), self._settings.address)
                    place["uid"] = max(place["uid"], uid)
        return Polled(events, json.dumps(places))

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Return when the server pushes news of the folder, or after some seconds."""
        with self._session() as box:
            if "IDLE" not in box.client.capabilities:
                stop.wait(seconds)
                return
            box.folder.set(self._settings.folder, readonly=True)
            if box.folder.status(self._settings.folder)["UIDNEXT"] > self._next:
                # It came after the look and before this session: nobody will push it.
                return
            with box.idle as idle:
                waited = 0.0
                while waited < seconds and not stop.is_set():
                    if idle.poll(timeout=1):
                        return
                    waited += 1

    def tickets(self, cursor: str | None) -> Iterator[Page]:
        """Give all conversations: each time one begins in the folder, with all that belongs to it."""
        last = int(cursor or 0)
        while True:
            with self._session() as box:
                box.folder.set(self._settings.folder, readonly=True)
                found = self._since(box, last, most=BATCH)
                mails = [read_mail(raw) for _, raw in found]
                last = max([last, *(uid for uid, _ in found)])
                roots = dict.fromkeys(mail.ticket_id for mail in mails)
                tickets = [
                    ticket_of(thread, self._settings.address) for root in roots if (thread := self._thread(box, root))
                ]
            done = len(found) < BATCH
            yield Page(tickets, None if done else str(last))
            if done:
                return

    def ticket(self, ticket_id: str) -> Ticket:
        """Give one conversation; raises `NotFound` when none of its mails is there."""
        with self._session() as box:
            thread = self._thread(box, ticket_id)
        if not thread:
            raise NotFound("there is no mail of this conversation", where=NAME)
        return ticket_of(thread, self._settings.address)

    def write(self, writing: Writing) -> Written:
        """Send a reply into the conversation, or lay it among the drafts."""
        with self._session() as box:
            thread = self._thread(box, writing.ticket_id)
            if not thread:
                raise NotFound("there is no mail of this conversation", where=NAME)
            mail = self._compose(thread, writing)
            if writing.kind is WriteKind.DRAFT:
                self._put(box, mail, self._settings.drafts_folder, MailMessageFlags.DRAFT)
        if writing.kind is WriteKind.REPLY:
            self._send(mail)
            if self._settings.sent_folder:
                # It has left; that its copy could not be kept must not look as if it had not.
                with suppress(HelpdeskUnavailable, HelpdeskRefused), self._session() as box:
                    self._put(box, mail, self._settings.sent_folder, MailMessageFlags.SEEN)
        return Written(str(mail["Message-ID"]).strip("<>"))

    def _compose(self, thread: list[Mail], writing: Writing) -> EmailMessage:
        own = self._settings.address.lower()
        ordered = sorted(thread, key=lambda mail: mail.at or datetime.max.replace(tzinfo=UTC))
        theirs = [mail for mail in ordered if mail.sender and mail.sender != own and not mail.bounce]
        last = theirs[-1] if theirs else ordered[-1]
        to = last.sender if theirs else (last.to[0] if last.to else "")
        if not to:
            raise NotFound("nobody is known to write to", where=NAME)
        mail = EmailMessage()
        mail["From"], mail["To"] = self._settings.address, to
        mail["Subject"] = f"Re: {ordered[0].subject}" if ordered[0].subject else "Re:"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = make_msgid("assist", domain=self._settings.address.rpartition("@")[2] or None)
        mail["In-Reply-To"] = f"<{last.id}>"
        mail["References"] = " ".join(f"<{one}>" for one in dict.fromkeys([*last.references[-20:], last.id]))
        mail.set_content(writing.text)
        return mail

    def _send(self, mail: EmailMessage) -> None:
        with self._smtp() as server:
            server.send_message(mail)

    def _put(self, box: BaseMailBox, mail: EmailMessage, folder: str, flag: str) -> None:
        box.append(mail.as_bytes(), folder, dt=datetime.now(UTC), flag_set=[flag])

    def _folders(self) -> list[str]:
        return [self._settings.folder, *([self._settings.sent_folder] if self._settings.sent_folder else [])]

    def _thread(self, box: BaseMailBox, root: str) -> list[Mail]:
        """Give the mails of a conversation from all folders that are read."""
        quoted = root.replace("\\", "").replace('"', "")
        mails: dict[str, Mail] = {}
        for folder in self._folders():
            box.folder.set(folder, readonly=True)
            criteria = (
                f'OR OR HEADER Message-ID "<{quoted}>" HEADER References "<{quoted}>" HEADER In-Reply-To "<{quoted}>"'
            )
            for uid in box.uids(criteria, charset="UTF-8")[:500]:
                mail = read_mail(self._raw(box, int(uid)))
                if root in {mail.id, *mail.references}:
                    mails.setdefault(mail.id, mail)
        return list(mails.values())

    def _since(self, box: BaseMailBox, uid: int, most: int | None = None) -> list[tuple[int, bytes]]:
        # `n:*` always matches the newest mail, also when its number is lower.
        uids = sorted(int(one) for one in box.uids(f"UID {uid + 1}:*") if int(one) > uid)
        return [(one, self._raw(box, one)) for one in (uids[:most] if most else uids)]

    def _raw(self, box: BaseMailBox, uid: int) -> bytes:
        """Give a mail's bytes, of a huge one the beginning, without marking it as read."""
        answer, data = box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        if answer != "OK":
            raise HelpdeskUnavailable("a mail could not be fetched", where=NAME)
        return next((bytes(part[1]) for part in data or [] if isinstance(part, tuple)), b"")

    @contextmanager
    def _session(self) -> Iterator[BaseMailBox]:
        settings = self._settings
        kinds: dict[str, Callable[..., BaseMailBox]] = {
            "tls": MailBox,
            "starttls": MailBoxStartTls,
            "none": MailBoxUnencrypted,
        }
        try:
            box = kinds[settings.imap_security](settings.imap_host, settings.imap_port, timeout=TIMEOUT_S)
        except NETWORK as error:
            raise HelpdeskUnavailable(f"no connection to IMAP ({type(error).__name__})", where=NAME) from None
        try:
            box.login(settings.user, settings.password.get_secret_value(), initial_folder=None)
        except NETWORK as error:
            with suppress(*NETWORK):
                box.client.shutdown()
            raise HelpdeskRefused(f"IMAP did not let us in ({type(error).__name__})", where=NAME) from None
        try:
            yield box
        except NETWORK as error:
            raise HelpdeskUnavailable(f"IMAP failed ({type(error).__name__})", where=NAME) from None
        finally:
            with suppress(*NETWORK):
                box.logout()

    @contextmanager
    def _smtp(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        try:
            if settings.smtp_security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_S)
        except NETWORK as error:
            raise HelpdeskUnavailable(f"no connection to SMTP ({type(error).__name__})", where=NAME) from None
        with server:
            try:
                if settings.smtp_security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if server.has_extn("auth") or settings.smtp_security != "none":
                    server.login(settings.user, settings.password.get_secret_value())
                yield server
            except smtplib.SMTPAuthenticationError:
                raise HelpdeskRefused("SMTP did not let us in", where=NAME) from None
            except smtplib.SMTPResponseException as error:
                raise HelpdeskRefused(f"SMTP answered {error.smtp_code}", where=NAME) from None
            except NETWORK as error:
                raise HelpdeskUnavailable(
                    f"SMTP failed ({type(error).__name__})",
                    where=NAME,
                    hint="It may have left all the same: look at the sent mail before you try again.",
                ) from None
