"""Gives the demo's lead page eight weeks to show: real drafts for resolved tickets, with made-up agents' decisions.

Each draft is made by the engine from the case as it stood before the agent's reply, and without that ticket's own
resolution. What an agent did with it is played: more is inserted when the best source is a closer match, and the
edit ratio is measured between the draft and the played reply, as for any other reply.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlmodel import Session, col, select

from assist.case import Draft
from assist.desk.feedback import REASONS, edit_ratio
from assist.evaluation.held_out import Answered, answered
from assist.generation.engine import Finished, SentencesReady, SourcesReady, TextDelta
from assist.store.models import Feedback, ModelCall, Suggestion, User, now

if TYPE_CHECKING:
    from assist.services import Services

log = structlog.get_logger(__name__)
PERIOD = timedelta(days=56)
REPLIES_PER_TICKET = 3
PREFIX = "demo-"
# How agents of the demo use drafts, by the share that is inserted at score 0 and at score 1.
INSERTED_AT_WORST, INSERTED_AT_BEST = 0.15, 0.85
AS_IS = 0.35
REJECTED = 0.3


def replay(services: Services, *, cancel: threading.Event | None = None) -> int:
    """Store suggestions and signals for past replies that have none yet; gives how many were added."""
    added = 0
    cancel = cancel or threading.Event()
    for suggestion_id, user_id, reply in _open_replies(services):
        if cancel.is_set():
            break
        _store(services, suggestion_id, user_id, reply, cancel)
        added += 1
    log.info("demo history is in", suggestions=added)
    return added


def _open_replies(services: Services) -> Iterator[tuple[str, int, Answered]]:
    """Yield (suggestion's id, agent's id, reply) for the demo's agents' replies that have no suggestion yet."""
    with services.database.reading() as session:
        people = {user.name: user.id for user in session.exec(select(User))}
        known = set(session.exec(select(Suggestion.id).where(col(Suggestion.id).startswith(PREFIX))))
    for reply in answered(services, since=now() - PERIOD, per_ticket=REPLIES_PER_TICKET):
        user_id = people.get(str(reply.agent))
        suggestion_id = f"{PREFIX}{reply.external_id}-{reply.position}"
        if user_id is not None and suggestion_id not in known:
            yield suggestion_id, user_id, reply


def _store(services: Services, suggestion_id: str, user_id: int, reply: Answered, cancel: threading.Event) -> None:
    calls: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    finished: Finished | None = None
    began = time.perf_counter()
    first_ms: float | None = None
    for delta in services.ladder.suggest(
        reply.case,
        previous_summary=None,
        retrieve=services.retriever.search,
        cancel=cancel,
        on_call=lambda call: calls.append(call.ledger()),
    ):
        if isinstance(delta, SourcesReady):
            sources = [source.model_dump(mode="json") for source in delta.sources]
        if isinstance(delta, Finished):
            finished = delta
        elif first_ms is None and isinstance(delta, SentencesReady | TextDelta):
            first_ms = (time.perf_counter() - began) * 1000
    if finished is None:
        return
    suggestion = Suggestion(
        id=suggestion_id,
        ticket_id=reply.case.ticket_id,
        user_id=user_id,
        status="stale",
        stale_reason="agent_reply",
        engine=finished.engine,
        model=finished.model,
        prompt_version=finished.prompt_version,
        abstained=finished.abstained,
        missing=finished.missing,
        drafts=[draft.model_dump(mode="json") for draft in finished.drafts],
        # Their texts stay out: placeholders of other cases mean nothing here, and nobody opens these again.
        sources=[{**source, "text": "", "problem": None} for source in sources],
        first_draft_ms=first_ms,
        total_ms=(time.perf_counter() - began) * 1000,
        tokens_in=finished.tokens_in,
        tokens_out=finished.tokens_out,
        cost=finished.cost,
        created_at=reply.at - timedelta(minutes=3),
    )
    score = max((float(source["score"]) for source in sources), default=0.0)
    with services.database.session() as session:
        session.add(suggestion)
        session.flush()
        _play(session, suggestion, reply, finished, score)
        for call in calls:
            session.add(ModelCall(suggestion_id=suggestion_id, **call))


def _play(session: Session, suggestion: Suggestion, reply: Answered, finished: Finished, score: float) -> None:
    # The same ticket is always played the same way, so that a picture of the page can be taken again.
    dice = random.Random(suggestion.id)  # noqa: S311
    at = suggestion.created_at

    def signal(name: str, seconds: float, **more: Any) -> None:
        session.add(
            Feedback(
                id=f"{suggestion.id}-{name}",
                suggestion_id=suggestion.id,
                ticket_id=suggestion.ticket_id,
                user_id=suggestion.user_id,
                signal=name,
                created_at=at + timedelta(seconds=seconds),
                **more,
            )
        )

    # As in the sidebar: nothing was shown where there was no draft.
    if finished.abstained or not finished.drafts:
        return
    signal("opened", 0)
    signal("shown", 1)
    if dice.random() > INSERTED_AT_WORST + (INSERTED_AT_BEST - INSERTED_AT_WORST) * score:
        if dice.random() < REJECTED:
            signal("rejected", 25, reason=dice.choice(REASONS[:-1]))
        return
    draft = finished.drafts[0]
    if dice.random() < 0.5:
        signal("source_opened", 12, detail={"n": 1})
    sent = draft.text if dice.random() < AS_IS else _edited(draft, reply.reply, dice)
    if sent != draft.text:
        signal("edited", 40)
    signal("inserted" if dice.random() < 0.9 else "copied", 60)
    ratio = edit_ratio(draft.text, sent)
    signal("sent", 90, edit_ratio=ratio, detail={"as_is": ratio == 0.0, "rewritten": False})


def _edited(draft: Draft, written: str, dice: random.Random) -> str:
    """Change a draft the way agents do: leave a sentence out, or put one of their own in."""
    sentences = [sentence.text for sentence in draft.sentences]
    if len(sentences) > 3 and dice.random() < 0.6:
        sentences.pop(dice.randrange(1, len(sentences) - 1))
    own = [line.strip() for line in written.replace("\n", ". ").split(". ") if len(line.split()) > 4]
    if own and dice.random() < 0.7:
        sentences.insert(max(1, len(sentences) - 1), dice.choice(own))
    return " ".join(sentences)
