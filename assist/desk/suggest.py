"""One suggestion from start to end: summary, sources, draft, streamed to every sidebar that has the ticket open."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select

from assist.bus import Bus
from assist.case import CaseSummary, Draft, Sentence, Source, SourceQuery
from assist.desk.cases import cached_summary, load_case, suggestion_json
from assist.desk.coalesce import Coalescer
from assist.desk.leaving import keep_sent
from assist.desk.ledger import enter
from assist.desk.live import TicketStream
from assist.desk.notes import with_internal
from assist.desk.restrictions import WITHHOLDING, Notice, Restrictions, disclosed, notices_of, topic_notices
from assist.desk.screening import screened
from assist.errors import AssistError, InvalidInput, NotFound
from assist.generation.engine import (
    CallRecord,
    EngineStarted,
    Finished,
    Ladder,
    SentencesReady,
    SourcesReady,
    SummaryReady,
    TextDelta,
)
from assist.governance.audit import by_user, hash_of, note
from assist.governance.permits import Purpose
from assist.governance.policies import Policies
from assist.governance.policy import Policy
from assist.guards import Context, SentenceGate
from assist.outgoing import Sent, handling
from assist.redaction.masker import Masker
from assist.redaction.vault import Vault
from assist.store.database import Database
from assist.store.models import Suggestion, Summary, Ticket, User, now

STOP = "stop"
# No model is given longer than this, whatever the deadline setting.
ABANDONED_AFTER = timedelta(minutes=5)
Retrieve = Callable[[SourceQuery], list[Source]]
_PLACEHOLDER = re.compile(r"<([A-Z]+)_\d+>")
log = structlog.get_logger(__name__)


class Suggester:
    """Starts, runs and stops suggestions. A ticket has at most one running; a new one ends the one before."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        stream: TicketStream,
        vault: Vault,
        masker: Masker,
        ladder: Ladder,
        gate: SentenceGate,
        retrieve: Retrieve,
        policies: Policies,
        restrictions: Restrictions,
    ) -> None:
        self._policies = policies
        self._restrictions = restrictions
        self._database = database
        self._bus = bus
        self._stream = stream
        self._vault = vault
        self._masker = masker
        self._ladder = ladder
        self._gate = gate
        self._retrieve = retrieve
        self._running: dict[str, threading.Event] = {}
        bus.subscribe(self._on_bus)

    def start(
        self, ticket_id: int, *, user: User | None, trigger: str, instruction: str | None = None
    ) -> tuple[str, bool]:
        """Record a new suggestion and tell the sidebars; gives its id and whether it is new. `run` does the work.

        Two sidebars that open a ticket at the same moment share one suggestion. Raises `AcceptanceNeeded` when the user
        has not accepted how the assistant may be used.
        """
        if user is not None:
            self._policies.require_acceptance(user)
        policy = self._policies.active.version
        if instruction is not None and len(instruction) > 2_000:
            raise InvalidInput("the instruction is longer than 2,000 characters", where="suggest")
        with self._database.session() as session:
            ticket = session.get(Ticket, ticket_id)
            if ticket is None:
                raise NotFound(f"there is no ticket {ticket_id}", where="suggest")
            before = session.exec(
                select(Suggestion).where(Suggestion.ticket_id == ticket_id, Suggestion.status == "running")
            ).all()
            if trigger == "open" and before and before[-1].ticket_version == ticket.version:
                return before[-1].id, False
            for running in before:
                running.status = "stopped"
            masked = self._masker.mask(session, ticket_id, [instruction])[0] if instruction else None
            suggestion = Suggestion(
                ticket_id=ticket_id,
                user_id=user.id if user else None,
                trigger=trigger,
                instruction=masked,
                ticket_version=ticket.version,
                engine=self._ladder.first_engine,
                model=self._ladder.first_model,
                policy=policy,
            )
            session.add(suggestion)
            session.flush()
            tell = self._stream.append_in(
                session,
                ticket_id,
                "suggestion_started",
                {
                    "suggestion_id": suggestion.id,
                    "engine": suggestion.engine,
                    "by": user.name if user else None,
                    "trigger": trigger,
                },
            )
        for running in before:
            self._bus.publish(STOP, {"suggestion_id": running.id})
        tell()
        return suggestion.id, True

    def stop(self, suggestion_id: str) -> None:
        """Cancel a suggestion wherever it runs; the model call itself is closed."""
        self._bus.publish(STOP, {"suggestion_id": suggestion_id})

    def run(self, suggestion_id: str) -> None:
        """Do the work of one suggestion; every outcome is stored and told, also a failure."""
        cancel = self._running.setdefault(suggestion_id, threading.Event())
        try:
            _Run(self, suggestion_id, cancel).go()
        except AssistError as error:
            self._fail(suggestion_id, error)
        except Exception as error:
            self._fail(suggestion_id, AssistError("the draft could not be made", hint="Try again."))
            log.exception("suggestion failed", suggestion=suggestion_id, error=type(error).__name__)
        finally:
            self._running.pop(suggestion_id, None)

    def recover(self) -> None:
        """Mark suggestions that a dead process left running as failed, so that no sidebar waits for them."""
        deadline = now() - ABANDONED_AFTER
        with self._database.reading() as session:
            left = session.exec(
                select(Suggestion.id).where(Suggestion.status == "running", col(Suggestion.created_at) < deadline)
            ).all()
        for suggestion_id in left:
            self._fail(suggestion_id, AssistError("the server stopped before the draft was ready", hint="Try again."))

    def _on_bus(self, topic: str, payload: dict[str, Any]) -> None:
        if topic == STOP and (cancel := self._running.get(payload["suggestion_id"])) is not None:
            cancel.set()

    def _fail(self, suggestion_id: str, error: AssistError) -> None:
        with self._database.session() as session:
            suggestion = session.get(Suggestion, suggestion_id)
            if suggestion is None:
                return
            suggestion.status = "failed"
            suggestion.error = error.message
            note(
                session,
                "suggestion.failed",
                actor=by_user(suggestion.user_id),
                ticket_id=suggestion.ticket_id,
                suggestion=suggestion_id,
            )
            tell = self._stream.append_in(
                session,
                suggestion.ticket_id,
                "suggestion_failed",
                {"suggestion_id": suggestion_id, "error": error.as_dict()},
            )
        tell()


class _Run:
    """The work of one suggestion: pulls deltas out of the chain and puts them where they belong."""

    def __init__(self, suggester: Suggester, suggestion_id: str, cancel: threading.Event) -> None:
        self._s = suggester
        self._id = suggestion_id
        self._cancel = cancel
        self._began = time.perf_counter()
        self._first_draft_ms: float | None = None
        self._ticket_id = 0
        self._drafts: dict[int, list[dict[str, Any]]] = {}
        self._sources: list[dict[str, Any]] = []
        self._against: Context | None = None
        self._language: str | None = None
        self._team: str | None = None
        self._policy: Policy = suggester._restrictions.policy
        self._notices: list[Notice] = []
        self._disclosure: str | None = None
        self._out = Coalescer(self._delta)

    def go(self) -> None:
        database = self._s._database
        with database.reading() as session:
            suggestion = session.get(Suggestion, self._id)
            if suggestion is None or suggestion.status != "running":
                return
            ticket = session.get(Ticket, suggestion.ticket_id)
            assert ticket is not None
            case = load_case(session, ticket, self._s._vault.open(session, suggestion.ticket_id))
            previous = cached_summary(session, suggestion.ticket_id)
        self._ticket_id = suggestion.ticket_id
        self._against = Context(case, [])
        self._language, self._team = case.language, case.team
        self._disclosure = self._policy.disclosure_of(case.channel, case.language)
        if (off := self._s._restrictions.off(case.team)) is not None:
            self._notices = [off]
            self._finish(Finished("sources", "sources", [], True, []))
            return
        self._notices = notices_of(self._policy, case)
        finished: Finished | None = None
        with handling(suggestion.ticket_id) as sent:
            try:
                for delta in self._s._ladder.suggest(
                    case,
                    previous_summary=previous,
                    retrieve=self._s._retrieve,
                    instruction=suggestion.instruction,
                    cancel=self._cancel,
                    on_call=self._ledger,
                    purpose=Purpose(case.ticket_id, case.team, self._id),
                    draft=not self._withheld,
                ):
                    if isinstance(delta, Finished):
                        finished = delta
                    else:
                        self._take(delta)
            finally:
                self._keep(sent)
        self._out.flush()
        if (off := self._s._restrictions.off(case.team)) is not None:
            # Switched off meanwhile: what was made is not shown.
            self._notices = [off]
            self._withdraw()
        self._finish(finished)

    def _keep(self, sent: list[Sent]) -> None:
        if sent:
            with self._s._database.session() as session:
                keep_sent(session, self._ticket_id, sent, self._id)

    @property
    def _withheld(self) -> bool:
        return any(notice.withholds for notice in self._notices)

    def _take(self, delta: EngineStarted | SummaryReady | SourcesReady | TextDelta | SentencesReady) -> None:
        match delta:
            case EngineStarted():
                # A lower rung of the ladder starts the draft anew.
                self._drafts.clear()
                self._notices = [notice for notice in self._notices if notice.kind != "engine"]
                if delta.instead:
                    self._notices.append(Notice("engine", "instead", delta.instead))
                self._out.flush()
                self._tell("suggestion_delta", {"engine": delta.engine, "model": delta.model})
            case SummaryReady():
                self._keep_summary(delta.summary)
                self._tell("suggestion_delta", {"case": delta.summary.model_dump(mode="json")})
            case SourcesReady():
                sources, suspects = screened(delta.sources)
                self._sources = [_anonymous(source) for source in sources]
                if self._against is not None:
                    self._against = replace(self._against, sources=sources, suspects=suspects)
                self._tell("suggestion_sources", {"sources": self._sources})
            case TextDelta() if self._withheld:
                pass
            case SentencesReady() if self._restricted(delta.sentences):
                self._withdraw()
            case TextDelta():
                self._note_first()
                self._out.text(delta.index, delta.append)
            case SentencesReady():
                self._note_first()
                rows = self._rows(delta.sentences)
                self._drafts.setdefault(delta.index, []).extend(rows)
                self._out.sentences(delta.index, rows)

    def _restricted(self, sentences: list[Sentence]) -> bool:
        """Take note of the topics that sentences of a draft touch; tells whether there may be no draft."""
        known = {notice.topic for notice in self._notices}
        found = self._policy.topics_in(" ".join(sentence.text for sentence in sentences), self._language)
        fresh = {topic: words for topic, words in found.items() if topic not in known}
        self._notices += topic_notices(self._policy, fresh, "draft")
        return self._withheld

    def _withdraw(self) -> None:
        """Take back what was shown of a draft; the engine may end what it began, nobody sees it."""
        self._out.flush()
        if self._drafts:
            self._drafts.clear()
            self._tell("suggestion_delta", {"engine": "sources", "model": "sources"})

    def _finish(self, finished: Finished | None) -> None:
        total = (time.perf_counter() - self._began) * 1000
        with self._s._database.session() as session:
            suggestion = session.get(Suggestion, self._id)
            ticket = session.get(Ticket, self._ticket_id)
            if suggestion is None or ticket is None:
                return
            stopped = self._cancel.is_set() or suggestion.status == "stopped" or finished is None
            suggestion.status = "stopped" if stopped else "done"
            suggestion.sources = self._sources
            suggestion.drafts = [{"label": "", "sentences": rows} for _, rows in sorted(self._drafts.items())]
            suggestion.first_draft_ms = self._first_draft_ms
            suggestion.total_ms = total
            if finished is not None:
                suggestion.engine, suggestion.model = finished.engine, finished.model
                suggestion.prompt_version = finished.prompt_version
                suggestion.abstained, suggestion.missing = finished.abstained, finished.missing
                suggestion.tokens_in, suggestion.tokens_out = finished.tokens_in, finished.tokens_out
                suggestion.cost = finished.cost
                if not stopped:
                    suggestion.drafts = self._final(finished)
            if self._withheld:
                suggestion.drafts, suggestion.abstained = [], True
            suggestion.policy = self._policy.version
            suggestion.notices = [notice.as_dict() for notice in self._notices]
            if suggestion.status == "done" and ticket.version != suggestion.ticket_version:
                # Somebody wrote while the draft was being made.
                suggestion.status = "stale"
                suggestion.stale_reason = suggestion.stale_reason or "customer_reply"
            _note_made(session, suggestion)
            by = session.get(User, suggestion.user_id) if suggestion.user_id else None
            tell = self._s._stream.append_in(
                session,
                self._ticket_id,
                "suggestion_done",
                {"suggestion_id": self._id, "suggestion": suggestion_json(suggestion, by.name if by else None)},
            )
        tell()

    def _final(self, finished: Finished) -> list[dict[str, Any]]:
        """Give the drafts as they stay: alternatives too are held against the topics, and customers are told of AI."""
        for draft in finished.drafts:
            if self._restricted(draft.sentences):
                return []
        told = disclosed(finished.drafts, self._disclosure)
        return [{"label": draft.label, "sentences": self._rows(draft.sentences)} for draft in told]

    def _keep_summary(self, summary: CaseSummary) -> None:
        with self._s._database.session() as session:
            row = session.get(Summary, self._ticket_id)
            if row is None:
                row = Summary(ticket_id=self._ticket_id, upto_position=0, engine="", content={})
            if row.upto_position > summary.upto:
                return
            row.upto_position, row.engine = summary.upto, summary.engine
            row.content, row.updated_at = summary.model_dump(mode="json"), now()
            session.add(row)

    def _ledger(self, call: CallRecord) -> None:
        with self._s._database.session() as session:
            enter(session, call, ticket_id=self._ticket_id, team=self._team, suggestion_id=self._id)

    def _rows(self, sentences: list[Sentence]) -> list[dict[str, Any]]:
        """Give sentences as they are stored and told, held against the guards."""
        assert self._against is not None
        against = self._against
        marked = [with_internal(sentence, against.case, against.sources) for sentence in sentences]
        checked = [self._s._gate.check(sentence, against) for sentence in marked]
        return [sentence.model_dump(mode="json") for sentence in checked]

    def _note_first(self) -> None:
        if self._first_draft_ms is None:
            self._first_draft_ms = (time.perf_counter() - self._began) * 1000

    def _delta(self, payload: dict[str, Any]) -> None:
        self._tell("suggestion_delta", payload)

    def _tell(self, event: str, payload: dict[str, Any]) -> None:
        self._s._stream.append(self._ticket_id, event, {"suggestion_id": self._id, **payload})


def _anonymous(source: Source) -> dict[str, Any]:
    """Give a source without numbered placeholders: `<PERSON_1>` of another case is not this case's `<PERSON_1>`."""
    row = source.model_dump(mode="json")
    for name in ("title", "text", "problem"):
        if row[name]:
            row[name] = _PLACEHOLDER.sub(lambda match: f"({match[1].lower()})", row[name])
    return row


def _note_made(session: Session, suggestion: Suggestion) -> None:
    """Write into the audit what was made of what, without a word of it."""
    drafts = [Draft.model_validate(draft) for draft in suggestion.drafts]
    note(
        session,
        "suggestion." + suggestion.status,
        actor=by_user(suggestion.user_id),
        ticket_id=suggestion.ticket_id,
        suggestion=suggestion.id,
        engine=suggestion.engine,
        model=suggestion.model,
        prompt=suggestion.prompt_version,
        abstained=suggestion.abstained,
        sources=[source["record_id"] for source in suggestion.sources],
        drafts=[hash_of(draft.text) for draft in drafts],
        topics=sorted({notice["topic"] for notice in suggestion.notices if notice["topic"]}),
        withheld=any(notice["action"] in WITHHOLDING for notice in suggestion.notices),
        made_under=suggestion.policy,
        held=sum(sentence.held for draft in drafts for sentence in draft.sentences),
        suspects=[source["record_id"] for source in suggestion.sources if source.get("flags")],
        flagged=sorted({flag.guard for draft in drafts for sentence in draft.sentences for flag in sentence.flags}),
        tokens=suggestion.tokens_in + suggestion.tokens_out,
        cost=suggestion.cost,
    )


def mark_stale(session: Session, ticket_id: int, reason: str) -> list[str]:
    """Mark every draft of a ticket that is on screen stale, with the reason, and give their ids."""
    ids = list(
        session.exec(
            select(Suggestion.id).where(
                Suggestion.ticket_id == ticket_id, col(Suggestion.status).in_(["running", "done"])
            )
        )
    )
    if ids:
        session.execute(
            update(Suggestion)
            .where(col(Suggestion.id).in_(ids), col(Suggestion.status) == "done")
            .values(status="stale", stale_reason=reason)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(Suggestion)
            .where(col(Suggestion.id).in_(ids), col(Suggestion.status) == "running")
            .values(stale_reason=reason)
            .execution_options(synchronize_session=False)
        )
    return ids
