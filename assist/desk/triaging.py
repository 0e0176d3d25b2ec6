"""Triage of a ticket: what it is about, how urgent, which product, whose, and whether it is there twice already."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import structlog
from sqlmodel import Session, and_, col, func, or_, select

from assist.case import Case, Guess, Mood, TriageResult
from assist.desk.cases import load_case
from assist.desk.live import TicketStream
from assist.desk.opening import opening
from assist.desk.triage_training import Training
from assist.errors import EngineUnavailable, InvalidInput
from assist.helpdesk import Author, Status, Visibility
from assist.outgoing import handling
from assist.redaction.vault import Vault
from assist.retrieval.encoder import Encoder, Vectors, in_depth
from assist.store.database import Database
from assist.store.models import Article, Ticket, Triage, User, now
from assist.triage.language import language_of_text
from assist.triage.product import names, product
from assist.triage.urgency import urgency

OTHER = "other"
OPEN = (Status.OPEN.value, Status.PENDING.value)
# Messages of the customer that say how urgent a case is now.
RECENT = 3
# A ticket of this age is no longer what somebody sends a second time.
DUPLICATES_WITHIN = timedelta(days=14)
DUPLICATES_AMONG = 2_000
# The same person about much the same, or anybody in nearly the same words.
SAME_CONTACT, SAME_WORDS = 0.6, 0.94
LEAST_WORDS = 6
CLEAR = 0.6
REFRESHED = 200
LOOK_S = 30.0
log = structlog.get_logger(__name__)


class TriageDesk:
    """Triages cases: `of` answers for any masked case, `run` keeps the answer with a ticket and tells its sidebars."""

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        vault: Vault,
        stream: TicketStream,
        mood: Callable[[Case], Mood],
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._vault = vault
        self._stream = stream
        self._mood = mood
        self._products = _Products(database)
        self.training = Training(database, encoder)

    def of(self, case: Case) -> TriageResult:
        """Give the triage of a masked case; `duplicate` stays empty, for only a stored ticket can have one."""
        return self._judge(case)[0]

    def train(self) -> dict[str, dict[str, Any]]:
        """Learn intent and team from the resolved tickets; open tickets are triaged anew within a minute."""
        return self.training.train()

    def relearn(self) -> None:
        """Learn anew, if anything was learned: what was learned holds the words of tickets, and some are gone."""
        if self.training.facts():
            self.train()

    def train_if_due(self) -> None:
        """Learn anew when there is enough to learn, and triage open tickets by it; called once a minute."""
        if self.training.due():
            self.train()
            self.refresh()

    def refresh(self) -> int:
        """Triage open tickets whose triage is missing or older than they or the classifiers are; gives how many."""
        self.training.classifier("intent")
        stale = (
            select(Ticket.id)
            .outerjoin(Triage, col(Triage.ticket_id) == col(Ticket.id))
            .where(col(Ticket.status).in_(OPEN))
            .where(
                col(Triage.ticket_id).is_(None)
                | (col(Triage.ticket_version) < col(Ticket.version))
                | (col(Triage.model_version) != self.training.version)
            )
            .order_by(col(Ticket.id))
            .limit(REFRESHED)
        )
        with self._database.reading() as session:
            ids = session.exec(stale).all()
        for id in ids:
            self.run(id or 0)
        return len(ids)

    def run(self, ticket_id: int) -> None:
        """Triage one ticket unless that is done already; a ticket that is gone is left alone."""
        with self._database.reading() as session:
            ticket = session.get(Ticket, ticket_id)
            if ticket is None or self._is_current(session, ticket):
                return
            vault = self._vault.open(session, ticket_id)
            case, mark = load_case(session, ticket, vault), self._vault.contact_mark(vault.contact)
        with handling(ticket_id):
            result, vector = self._judge(case)
        with self._database.session() as session:
            if vector is not None:
                result.duplicate = _duplicate(session, ticket, vector, mark, len(_said(case).split()))
            row = session.get(Triage, ticket_id) or Triage(ticket_id=ticket_id)
            told = row.content
            row.ticket_version, row.model_version = ticket.version, self.training.version
            row.content, row.contact_mark, row.updated_at = result.model_dump(mode="json"), mark, now()
            row.vector = vector.astype("<f4").tobytes() if vector is not None else None
            session.add(row)
            if row.content == told:
                return
            session.flush()
            tell = self._stream.append_in(session, ticket_id, "triage_ready", {"triage": triage_json(row)})
        tell()

    def current(self, ticket: Ticket) -> bool:
        """Tell whether a ticket's triage is of its newest message and of what was learned last."""
        with self._database.reading() as session:
            return self._is_current(session, ticket)

    def correct(self, ticket_id: int, intent: str | None, *, user: User) -> None:
        """Keep what an agent says a ticket is about, for the next training, and tell its sidebars; None takes it back.

        Raises `InvalidInput` for a label that the workspace does not have.
        """
        if intent is not None and intent not in self.labels():
            raise InvalidInput(f"there is no label {intent!r}", where="triage", hint="Choose one of the list.")
        with self._database.session() as session:
            row = session.get(Triage, ticket_id) or Triage(ticket_id=ticket_id)
            row.corrected_intent, row.corrected_by, row.updated_at = intent, user.id if intent else None, now()
            session.add(row)
            session.flush()
            tell = self._stream.append_in(session, ticket_id, "triage_ready", {"triage": triage_json(row)})
        tell()

    def labels(self) -> list[str]:
        """Give the labels that can be told or chosen."""
        held = self.training.classifier("intent")
        return list(held.labels) if held is not None else []

    def _is_current(self, session: Session, ticket: Ticket) -> bool:
        row = session.get(Triage, ticket.id)
        self.training.classifier("intent")
        return row is not None and (row.ticket_version, row.model_version) == (ticket.version, self.training.version)

    def _judge(self, case: Case) -> tuple[TriageResult, Vectors | None]:
        said = _said(case)
        text = opening(case.subject, _messages(case))
        mood = self._mood(case)
        level, clear, reason = urgency("\n".join([case.subject or "", *_messages(case)[-RECENT:]]), mood.label)
        tongue = language_of_text(said)
        result = TriageResult(
            sentiment=Guess(value=mood.label, confidence=1.0, because="heard", told={"messages": len(mood.messages)}),
            urgency=Guess(value=level, confidence=round(clear, 2), because=reason),
            language=Guess(value=tongue[0], confidence=round(tongue[1], 2), because="small_words")
            if tongue and tongue[1] >= CLEAR
            else Guess(because="unclear"),
            product=self._product(case, said),
        )
        if not text:
            return result, None
        try:
            read = in_depth(self._encoder, [text])
        except EngineUnavailable as error:
            log.warning("triage goes on without intent and team", reason=str(error))
            result.intent = result.team = Guess(because="unavailable")
            return result, None
        result.intent, result.team = self._learned("intent", text, read), self._learned("team", text, read)
        return result, read[0][0]

    def _learned(self, name: str, text: str, read: tuple[Vectors, Vectors]) -> Guess:
        held = self.training.classifier(name)
        if held is None:
            return Guess(because="untrained")
        found = held.judge([text], *read)[0]
        told: dict[str, str | int | float] = {"label": found.label, "second": found.second}
        confidence = round(found.confidence, 3)
        if found.sure:
            return Guess(value=found.label, confidence=confidence, because="learned", told=told)
        return Guess(value=OTHER if name == "intent" else None, confidence=confidence, because="unsure", told=told)

    def _product(self, case: Case, said: str) -> Guess:
        found = product("\n".join([case.subject or "", said]), self._products())
        if found is None:
            return Guess(because="not_named")
        return Guess(value=found[0], confidence=round(found[1], 2), because="named")


class _Products:
    """Called, gives the product names of public approved articles; follows their changes within half a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._state: object = None
        self._looked = -LOOK_S

    def __call__(self) -> dict[str, str]:
        with self._lock:
            if time.monotonic() - self._looked >= LOOK_S:
                self._look()
            return self._names

    def _look(self) -> None:
        told = and_(
            col(Article.visibility) == Visibility.PUBLIC.value,
            col(Article.status) == "approved",
            # German writes every noun with a capital, so that names cannot be told from it.
            or_(col(Article.language).is_(None), col(Article.language).not_like("de%")),
        )
        with self._database.reading() as session:
            state = tuple(session.exec(select(func.count(), func.max(Article.updated_at)).where(told)).one())
            if state != self._state:
                rows = session.exec(select(Article.title, Article.text, Article.brand).where(told)).all()
                brands = {brand for *_, brand in rows}
                self._names = names([(title, text) for title, text, _ in rows], brands)
                self._state = state
        self._looked = time.monotonic()


def triage_json(row: Triage) -> dict[str, Any]:
    """Give a ticket's triage as `docs/protocol.md` describes it."""
    return {**TriageResult.model_validate(row.content).model_dump(mode="json"), "corrected": row.corrected_intent}


def _messages(case: Case) -> list[str]:
    return [message.text for message in case.messages if message.author == Author.CUSTOMER and not message.internal]


def _said(case: Case) -> str:
    return "\n".join(_messages(case))


def _duplicate(session: Session, ticket: Ticket, vector: Vectors, mark: str | None, words: int) -> Guess:
    """Find an older open ticket that says the same: of the same contact, or of anybody in nearly the same words."""
    older = (
        select(Ticket.external_id, Triage.vector, Triage.contact_mark)
        .join(Triage, col(Triage.ticket_id) == col(Ticket.id))
        .where(col(Ticket.status).in_(OPEN), Ticket.source == ticket.source, Ticket.id != ticket.id)
        .where(col(Ticket.created_at) <= ticket.created_at)
        .where(col(Ticket.updated_at) >= ticket.created_at - DUPLICATES_WITHIN)
        .where(col(Triage.vector).is_not(None))
        .order_by(col(Ticket.updated_at).desc())
        .limit(DUPLICATES_AMONG)
    )
    rows = [row for row in session.exec(older) if len(row[1] or b"") == vector.nbytes]
    if not rows or words < LEAST_WORDS:
        return Guess(because="single")
    cosines = np.stack([np.frombuffer(held or b"", dtype="<f4") for _, held, _ in rows]) @ vector
    own = np.array([mark is not None and theirs == mark for *_, theirs in rows])
    for because, found, least in (("same_contact", own, SAME_CONTACT), ("same_words", ~own, SAME_WORDS)):
        scores = np.where(found, cosines, -1.0)
        best = int(scores.argmax())
        if scores[best] >= least:
            return Guess(value=rows[best][0], confidence=round(float(scores[best]), 2), because=because)
    return Guess(because="single")
