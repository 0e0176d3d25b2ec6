"""What the policy says to a case and its drafts: which restricted topics they touch, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlmodel import Session

from assist.case import Case, CaseMessage, Draft, Sentence
from assist.desk.cases import messages_of
from assist.errors import Forbidden
from assist.governance.permits import off
from assist.governance.policies import Policies
from assist.governance.policy import Action, Policy
from assist.governance.switches import Switches
from assist.helpdesk import Author
from assist.store.database import Database
from assist.store.models import Ticket, User

Where = Literal["case", "draft"]
WITHHOLDING = frozenset({"no_draft", "hand_off", "off"})
LANGUAGE = {
    "en": "The policy has no drafts in this case's language ({language}). The sources are below.",
    "de": "Die Richtlinie sieht in der Sprache dieses Falls ({language}) keine Entwürfe vor. Die Quellen stehen unten.",
}


@dataclass(frozen=True)
class Notice:
    """One thing that people must know about a suggestion; `why` is what they read, by language.

    `action`: what a topic asks for, `off` for what is switched off, or `instead`: another engine spoke than was set up.
    `found`: the words that tell the topic, masked, and `where` they stand.
    """

    kind: Literal["topic", "language", "switch", "engine"]
    action: Action | Literal["off", "instead"]
    why: dict[str, str]
    topic: str | None = None
    where: Where | None = None
    found: str = ""

    @property
    def withholds(self) -> bool:
        """Tell whether there may be no draft."""
        return self.action in WITHHOLDING

    def as_dict(self) -> dict[str, Any]:
        """Give it as it is stored and told."""
        return asdict(self)


class Restrictions:
    """Holds cases and drafts against the active policy and the kill switch."""

    def __init__(self, database: Database, policies: Policies, switches: Switches) -> None:
        self._database = database
        self._policies = policies
        self._switches = switches

    @property
    def policy(self) -> Policy:
        """Give the active policy."""
        return self._policies.active

    def off(self, team: str | None) -> Notice | None:
        """Tell whether the assistant is switched off, altogether or for a team."""
        stop = self._switches.stopped(team=team)
        return Notice("switch", "off", off(stop).why) if stop is not None else None

    def require_acceptance(self, user: User) -> None:
        """Raise `AcceptanceNeeded` unless the user accepted how the assistant may be used."""
        self._policies.require_acceptance(user)

    def require_drafting(self, case: Case) -> None:
        """Raise `Forbidden` when the policy has no draft for a case."""
        for notice in notices_of(self.policy, case):
            if notice.withholds:
                raise Forbidden("the policy has no draft for this case", where="policy", hint=notice.why["en"])

    def needs_second(self, ticket: Ticket, text: str) -> str | None:
        """Give the restricted topic of a reply or its case for which a second person must agree, if there is one."""
        policy = self.policy
        topics = self._topics(policy, ticket, text)
        return next((topic for topic in topics if policy.approval_of(topic).second_person), None)

    def may_second(self, user: User, topic: str) -> bool:
        """Tell whether somebody may be the second person for a topic."""
        return user.role in self.policy.approval_of(topic).second_roles

    def require_approver(self, user: User, ticket: Ticket, text: str) -> None:
        """Raise `AcceptanceNeeded` or `Forbidden` unless this user may approve this text for this ticket."""
        self._policies.require_acceptance(user)
        policy = self.policy
        for topic in [None, *self._topics(policy, ticket, text)]:
            roles = policy.approval_of(topic).roles
            if user.role not in roles:
                raise Forbidden(
                    f"the policy lets only {' or '.join(roles)} approve this ({topic or 'any reply'})",
                    where="approval",
                    hint="Ask one of them.",
                )

    def _topics(self, policy: Policy, ticket: Ticket, text: str) -> list[str]:
        with self._database.reading() as session:
            case = _opening(session, ticket)
        return list(on_case(policy, case)) + list(policy.topics_in(text, ticket.language))


def on_case(policy: Policy, case: Case) -> dict[str, str]:
    """Give the restricted topics of what the customer said last, each with the words that tell it."""
    return policy.topics_in(newest(case), case.language)


def notices_of(policy: Policy, case: Case) -> list[Notice]:
    """Give what the policy says to a case before there is a draft, the sternest first."""
    found = topic_notices(policy, on_case(policy, case), "case")
    language = (case.language or "")[:2].lower()
    if language and language not in policy.languages:
        why = {spoken: text.format(language=language) for spoken, text in LANGUAGE.items()}
        found.append(Notice("language", "no_draft", why))
    return found


def topic_notices(policy: Policy, topics: dict[str, str], where: Where) -> list[Notice]:
    """Give a notice for each topic."""
    return [
        Notice("topic", policy.topics[name].action, dict(policy.topics[name].why), name, where, words)
        for name, words in topics.items()
    ]


def newest(case: Case) -> str:
    """Give what the customer has said since anybody answered; a first letter has its subject with it."""
    told: list[str] = []
    answered = False
    for message in reversed(case.messages):
        if message.internal:
            continue
        if message.author == Author.CUSTOMER:
            told.append(message.text)
        elif message.author == Author.AGENT and told:
            answered = True
            break
    if not answered and case.subject:
        told.append(case.subject)
    return "\n".join(reversed(told))


def disclosed(drafts: Sequence[Draft], text: str | None) -> list[Draft]:
    """Give drafts that end with the text by which the policy tells customers of AI, `None`: as they are."""
    if not text:
        return list(drafts)
    sentence = Sentence(text=text, kind="closing", paragraph=True)
    return [
        draft.model_copy(update={"sentences": [*draft.sentences, sentence]})
        if draft.sentences and text not in draft.text
        else draft
        for draft in drafts
    ]


def _opening(session: Session, ticket: Ticket) -> Case:
    assert ticket.id is not None
    messages = [
        CaseMessage(position=m.position, author=Author(m.author), text=m.text, internal=m.internal)
        for m in messages_of(session, ticket.id)
    ]
    return Case(ticket_id=ticket.id, subject=ticket.subject, language=ticket.language, messages=messages)
