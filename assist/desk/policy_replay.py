"""Plays the suggestions of last month against a policy that is not active yet: what it would have withheld."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from assist.case import Case, CaseMessage, Draft
from assist.desk.restrictions import Notice, notices_of, topic_notices
from assist.governance.policy import Policy
from assist.helpdesk import Author
from assist.store.database import Database
from assist.store.models import Message, Suggestion, Ticket, now

MONTH = timedelta(days=30)
MOST = 20_000
EXAMPLES = 5
PAGE = 200


@dataclass
class Replay:
    """What a policy would have done. `outcomes`: how many suggestions for each of draft, warned, second, withheld.

    `topics`: how many suggestions touch each; `examples`: a few that differ from what was done, without any text but
    the words that tell the topic.
    """

    suggestions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    newly_withheld: int = 0
    no_longer_withheld: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "suggestions": self.suggestions,
            "outcomes": {name: self.outcomes[name] for name in ("draft", "warned", "second", "withheld")},
            "topics": dict(self.topics.most_common()),
            "newly_withheld": self.newly_withheld,
            "no_longer_withheld": self.no_longer_withheld,
            "examples": self.examples,
        }


def replay(database: Database, policy: Policy, since: timedelta = MONTH) -> Replay:
    """Hold the stored suggestions of the last month, all masked, against a policy; nothing is changed or sent."""
    done = Replay()
    with database.reading() as session:
        query = select(Suggestion).where(col(Suggestion.created_at) >= now() - since)
        query = query.order_by(col(Suggestion.created_at).desc()).limit(MOST)
        for suggestion in session.exec(query).yield_per(PAGE):
            ticket = session.get(Ticket, suggestion.ticket_id)
            if ticket is not None and suggestion.status != "failed":
                _one(done, policy, suggestion, _as_it_was(session, ticket, suggestion))
    return done


def _one(done: Replay, policy: Policy, suggestion: Suggestion, case: Case) -> None:
    notices = notices_of(policy, case)
    for draft in suggestion.drafts:
        known = {notice.topic for notice in notices}
        found = policy.topics_in(Draft.model_validate(draft).text, case.language)
        fresh = {topic: words for topic, words in found.items() if topic not in known}
        notices += topic_notices(policy, fresh, "draft")
    outcome = _outcome(notices)
    before = any(notice["action"] in {"no_draft", "hand_off"} for notice in suggestion.notices)
    done.suggestions += 1
    done.outcomes[outcome] += 1
    done.topics.update({notice.topic for notice in notices if notice.topic})
    if (outcome == "withheld") != before:
        done.newly_withheld += not before
        done.no_longer_withheld += before
        if len(done.examples) < EXAMPLES:
            told = [{"topic": n.topic or n.kind, "found": n.found, "where": n.where} for n in notices]
            done.examples.append({"suggestion": suggestion.id, "outcome": outcome, "because": told})


def _outcome(notices: list[Notice]) -> str:
    actions = {notice.action for notice in notices}
    if any(notice.withholds for notice in notices):
        return "withheld"
    return "second" if "second_approval" in actions else "warned" if "warn" in actions else "draft"


def _as_it_was(session: Session, ticket: Ticket, suggestion: Suggestion) -> Case:
    """Give the case as far as it had come when the suggestion was made."""
    query = select(Message).where(Message.ticket_id == ticket.id).order_by(col(Message.position))
    told = [m for m in session.exec(query) if m.created_at <= suggestion.created_at]
    messages = [
        CaseMessage(position=m.position, author=Author(m.author), text=m.text, internal=m.internal) for m in told
    ]
    return Case(ticket_id=suggestion.ticket_id, subject=ticket.subject, language=ticket.language, messages=messages)
