"""Learns triage from resolved tickets: which are examples, when it is time, and where the result is kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, col, func, select

from assist.desk.opening import opening
from assist.errors import InvalidInput
from assist.helpdesk import Author, Status
from assist.retrieval.encoder import Encoder, in_depth
from assist.store.database import Database
from assist.store.models import Counter as StoredCounter
from assist.store.models import Message, Ticket, Triage, TriageModel, now
from assist.triage.intent import LEAST_ROWS, MOST_ROWS, IntentClassifier
from assist.triage.stored import dump, load

NAMES = ("intent", "team")
AGAIN_AFTER = timedelta(hours=1)
AT_LATEST = timedelta(hours=24)
# New examples that are worth a training before the day is over: this many, or this share of those learned from.
ENOUGH_NEW, ENOUGH_SHARE = 50, 0.05
LOOK_S = 10.0
GONE = "triage_gone"
_BATCH = 500
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Example:
    """A resolved ticket as training sees it: its opening, masked, and the labels it was given."""

    text: str
    intent: str | None
    team: str | None


class Training:
    """Makes the classifiers of triage and keeps them in the database; holds what was loaded for this process."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self._encoder = encoder
        self._held: dict[str, tuple[int, IntentClassifier | None]] = {}
        self._looked = -LOOK_S
        self._tried = 0
        self.version = 0

    def train(self) -> dict[str, dict[str, Any]]:
        """Learn intent and team anew; gives the facts of each that could be learned (see `TriageModel`).

        What cannot be learned for want of examples is forgotten too, so that no old labels are told.
        """
        began = time.perf_counter()
        with self._database.reading() as session:
            self._tried, gone = _labelled(session), _gone(session)
        examples = self._examples()
        vectors, inner = in_depth(self._encoder, [example.text for example in examples])
        read_s = time.perf_counter() - began
        learned: dict[str, dict[str, Any]] = {}
        for name in NAMES:
            began = time.perf_counter()
            rows = [at for at, example in enumerate(examples) if getattr(example, name)]
            made = IntentClassifier.learn(
                [examples[at].text for at in rows],
                [getattr(examples[at], name) for at in rows],
                vectors[rows],
                inner[rows],
            )
            if made is None or made.learned is None:
                self._forget(name)
                continue
            seconds = round(read_s + time.perf_counter() - began, 2)
            facts = asdict(made.learned) | {"seen": self._tried, "gone": gone, "seconds": seconds}
            self._keep(name, made, facts)
            learned[name] = facts
            log.info("triage learned", what=name, labels=len(made.labels), rows=len(rows), accuracy=facts["accuracy"])
        self._looked = -LOOK_S
        return learned

    def due(self) -> bool:
        """Tell whether it is time: enough resolved tickets have come since the last training, or any within a day.

        At once when one is gone that may have taught: what was learned from it holds its words.
        """
        with self._database.reading() as session:
            seen = _labelled(session)
            last = self._last(session)
            if last is None:
                # What was too little is tried again when there is more.
                return seen - self._tried >= LEAST_ROWS
            trained_at, learned_from, gone = last
            if _gone(session) > gone:
                return True
            if now() - trained_at < AGAIN_AFTER:
                return False
            corrected = select(func.count()).where(
                col(Triage.corrected_intent).is_not(None), col(Triage.updated_at) > trained_at
            )
            # Counted, not told from the tickets' times: an import brings tickets of last year.
            new = seen - learned_from + session.exec(corrected).one()
        return new >= max(ENOUGH_NEW, ENOUGH_SHARE * learned_from) or (new > 0 and now() - trained_at > AT_LATEST)

    def classifier(self, name: str) -> IntentClassifier | None:
        """Give the classifier in force, None when nothing was learned; looks for a newer one every ten seconds."""
        if time.monotonic() - self._looked >= LOOK_S:
            self._looked = time.monotonic()
            self._look()
        return self._held.get(name, (0, None))[1]

    def facts(self) -> dict[str, dict[str, Any]]:
        """Give what is known about each classifier in force."""
        with self._database.reading() as session:
            return {
                row.name: {**row.facts, "version": row.version, "trained_at": row.trained_at.isoformat()}
                for row in session.exec(select(TriageModel).order_by(col(TriageModel.name)))
            }

    def _look(self) -> None:
        with self._database.reading() as session:
            versions = dict(session.exec(select(TriageModel.name, TriageModel.version)).all())
            for name in NAMES:
                version = versions.get(name, 0)
                if self._held.get(name, (0, None))[0] != version:
                    self._held[name] = (version, self._load(session, name))
        self.version = sum(version for version, _ in self._held.values())

    def _load(self, session: Session, name: str) -> IntentClassifier | None:
        row = session.get(TriageModel, name)
        if row is None or row.encoder != self._encoder.name:
            return None
        try:
            if hashlib.sha256(row.content).hexdigest() != row.checksum:
                raise InvalidInput("the stored classifier is damaged", where="triage")
            return load(row.content)
        except InvalidInput as error:
            log.warning("triage goes on without what it learned", what=name, reason=error.message)
            return None

    def _keep(self, name: str, made: IntentClassifier, facts: dict[str, Any]) -> None:
        content = dump(made)
        with self._database.session() as session:
            row = session.get(TriageModel, name) or TriageModel(name=name, content=b"")
            row.version, row.encoder, row.trained_at = row.version + 1, self._encoder.name, now()
            row.content, row.checksum, row.facts = content, hashlib.sha256(content).hexdigest(), facts
            session.add(row)

    def _forget(self, name: str) -> None:
        with self._database.session() as session:
            row = session.get(TriageModel, name)
            if row is not None:
                session.delete(row)

    def _last(self, session: Session) -> tuple[datetime, int, int] | None:
        """Give when the classifiers were made, how many labelled tickets there were, and how many were gone."""
        rows = session.exec(select(TriageModel)).all()
        if not rows:
            return None
        gone = min(row.facts.get("gone", 0) for row in rows)
        return max(row.trained_at for row in rows), max(row.facts["seen"] for row in rows), gone

    def _examples(self) -> list[Example]:
        """Give the newest resolved tickets with a label, an agent's correction before the helpdesk's own."""
        label = func.coalesce(col(Triage.corrected_intent), col(Ticket.intent))
        query = (
            select(Ticket.id, Ticket.subject, label, Ticket.group_name)
            .outerjoin(Triage, col(Triage.ticket_id) == col(Ticket.id))
            .where(Ticket.status == Status.RESOLVED.value)
            .where(label.is_not(None) | col(Ticket.group_name).is_not(None))
            .order_by(col(Ticket.updated_at).desc(), col(Ticket.id).desc())
            # Some labels are rare: more is read than is learned, so that those find their examples.
            .limit(2 * MOST_ROWS)
        )
        examples = []
        with self._database.reading() as session:
            rows = session.exec(query).all()
            for start in range(0, len(rows), _BATCH):
                part = rows[start : start + _BATCH]
                said = _customers(session, [id for id, *_ in part if id is not None])
                for id, subject, intent, team in part:
                    text = opening(subject, said.get(id or 0, []))
                    if text:
                        examples.append(Example(text, intent, team))
        return examples


def note_gone(session: Session, ticket: Ticket) -> None:
    """Remember that a ticket goes which may have taught: `due` is true until all is learned anew."""
    if ticket.status == Status.RESOLVED or ticket.reopened:
        counter = session.get(StoredCounter, GONE) or StoredCounter(name=GONE)
        counter.value = (counter.value or 0) + 1
        session.add(counter)


def _gone(session: Session) -> int:
    counter = session.get(StoredCounter, GONE)
    return counter.value if counter is not None else 0


def _labelled(session: Session) -> int:
    """Count the resolved tickets that have an intent or a team."""
    told = col(Ticket.intent).is_not(None) | col(Ticket.group_name).is_not(None)
    query = select(func.count()).select_from(Ticket).where(Ticket.status == Status.RESOLVED.value, told)
    return session.exec(query).one()


def _customers(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Give what the customers of these tickets wrote, in order."""
    said: dict[int, list[str]] = {}
    query = (
        select(Message.ticket_id, Message.text)
        .where(
            col(Message.ticket_id).in_(ids), Message.author == Author.CUSTOMER.value, col(Message.internal).is_(False)
        )
        .order_by(col(Message.ticket_id), col(Message.position))
    )
    for ticket_id, text in session.exec(query):
        said.setdefault(ticket_id, []).append(text)
    return said
