"""What a policy may say. Every key is known: one that is not is refused, so that a slip of the pen is no open door."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assist.governance.policy.cues import Matcher, Plain

Action = Literal["no_draft", "warn", "second_approval", "hand_off"]
Mark = Literal["none", "note", "tag"]
Role = Literal["agent", "lead", "admin"]
DataClass = Literal["masked", "personal"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Domain = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$", to_lower=True)]
# What people read, by language; every policy speaks English at least.
Texts = dict[Language, Text]
# Sterner first: what a case gets that several topics are found in.
STERNNESS: tuple[Action, ...] = ("hand_off", "no_draft", "second_approval", "warn")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Uses(_Part):
    """What the assistant is for, and what nobody may use it for: sentences for people, by language."""

    allowed: dict[Language, list[Text]]
    prohibited: dict[Language, list[Text]]


class Topic(_Part):
    """One restricted subject: how it is told by its words, what then happens, and why, for the people who read it.

    `cues` and `unless` are words and phrases by language (`assist.governance.policy.cues` says how they are written);
    what `unless` names does not count. `stakes`: high keeps a person's judgement in front.
    """

    action: Action
    stakes: Literal["low", "high"] = "high"
    cues: dict[Language, list[Text]]
    unless: dict[Language, list[Text]] = Field(default_factory=dict)
    why: Texts

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not any(self.cues.values()):
            raise ValueError("a topic without cues is never found")
        _speaks_english(self.why)
        return self

    def why_in(self, language: str | None) -> str:
        """Give what people read, in their language if there is a text in it."""
        return said(self.why, language)

    @cached_property
    def matcher(self) -> Matcher:
        """The cues, ready to be looked for."""
        return Matcher(self.cues, self.unless)


class Approval(_Part):
    """Who may approve a reply of one category, and whether a second person must."""

    roles: list[Role] = Field(min_length=1)
    second_person: bool = False
    second_roles: list[Role] = Field(default=["lead", "admin"], min_length=1)


class Approvals(_Part):
    """Who may approve what. `categories` are names of topics; what is in none of them is `default`."""

    default: Approval = Approval(roles=["agent", "lead", "admin"])
    categories: dict[Name, Approval] = Field(default_factory=dict)


class Engines(_Part):
    """Engines allowed for each class of data, as names or patterns such as `openai:*` or `local:*`.

    `masked`: text whose personal data is replaced by placeholders; `personal`: text as it was written. An engine
    without a sheet gets masked text only, whatever stands here.
    """

    masked: list[Text] = Field(default_factory=lambda: ["*"])
    personal: list[Text] = Field(default_factory=list)


class Retention(_Part):
    """Days that each class of data is kept; `None`: until somebody deletes it."""

    resolved_tickets: int | None = Field(730, ge=1)
    open_tickets: int | None = Field(1_095, ge=1)
    chatbot_talks: int | None = Field(30, ge=1)
    drafts: int | None = Field(180, ge=1)
    traces: int | None = Field(30, ge=1)
    stream_events: int | None = Field(1, ge=1)
    deliveries: int | None = Field(30, ge=1)
    audit_payloads: int | None = Field(730, ge=1)


class Budget(_Part):
    """What may be spent; `None`: no limit. `cost` in micro-cents (1e-6 cent), as the ledger of model calls counts."""

    cost: int | None = Field(None, ge=0)
    calls: int | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)


class Budgets(_Part):
    """Budgets of model calls: for everybody a day, for each team a day (by name, else `team_per_day`), for a ticket."""

    per_day: Budget = Budget()
    team_per_day: Budget = Budget()
    teams: dict[Text, Budget] = Field(default_factory=dict)
    per_ticket: Budget = Budget()

    def of_team(self, team: str | None) -> Budget:
        """Give a team's budget for a day; a ticket without a team has that of every team."""
        return self.teams.get(team, self.team_per_day) if team else self.team_per_day


class Links(_Part):
    """Domains a draft may link to, `*.example.com` with every subdomain. Empty: what stands in its sources only."""

    allowed: list[Domain] = Field(default_factory=list)


class RedTeam(_Part):
    """What a red-team run may show at most, as shares from 0 to 1, by set of attacks; `default` for sets not named."""

    attack_success: dict[Name, float] = Field(default_factory=lambda: {"structural": 0.0, "default": 0.02})
    false_alarms: dict[Name, float] = Field(default_factory=lambda: {"default": 0.02})
    bias_difference: float = Field(0.05, ge=0, le=1)


class Policy(_Part):
    """What this installation may do. Its identity is its content: `version` changes when anything in it does."""

    title: Text
    uses: Uses
    topics: dict[Name, Topic]
    approvals: Approvals = Approvals()
    disclosure: dict[Name, Texts]
    engines: Engines = Engines()
    retention: Retention = Retention()
    budgets: Budgets = Budgets()
    languages: list[Language] = Field(default_factory=lambda: ["en", "de"], min_length=1)
    auto_suggest: bool = True
    links: Links = Links()
    marks: Mark = "none"
    redteam: RedTeam = RedTeam()
    acceptable_use: Texts
    guidance: dict[Language, list[Text]]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if unknown := sorted(self.approvals.categories.keys() - self.topics.keys()):
            raise ValueError(f"approvals.categories names {unknown[0]!r}, which is no topic")
        for texts in (*self.disclosure.values(), self.acceptable_use):
            _speaks_english(texts)
        if "chatbot" not in self.disclosure:
            raise ValueError("disclosure.chatbot is missing: customers must be told that they talk to an AI")
        return self

    @cached_property
    def version(self) -> str:
        """The policy's identity: 12 hex digits of the SHA-256 of its content."""
        told = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @property
    def id(self) -> str:
        """The same as `version`."""
        return self.version

    def topics_in(self, text: str, language: str | None = None) -> dict[str, str]:
        """Give the restricted topics a text touches, each with the words that tell it, sternest first.

        `language` is the text's, as far as known; another that the text plainly uses is looked for as well.
        """
        plain = Plain(text)
        found = {name: words for name, topic in self.topics.items() if (words := topic.matcher.find(plain, language))}
        return dict(sorted(found.items(), key=lambda item: STERNNESS.index(self.topics[item[0]].action)))

    def approval_of(self, category: str | None) -> Approval:
        """Give who may approve a reply of a category (a topic's name, `None`: none).

        A topic whose action is `second_approval` needs a second person, whether or not `approvals` names it.
        """
        known = self.approvals.categories.get(category or "", self.approvals.default)
        topic = self.topics.get(category or "")
        if topic is not None and topic.action == "second_approval":
            return known.model_copy(update={"second_person": True})
        return known

    def disclosure_of(self, channel: str | None, language: str | None) -> str | None:
        """Give what a customer is told about AI on a channel; `None`: nothing, a person stands for the text."""
        texts = self.disclosure.get(channel or "")
        return said(texts, language) if texts is not None else None


def said(texts: dict[str, str], language: str | None) -> str:
    """Give the text of a language, the English one where there is none."""
    return texts.get((language or "en")[:2].lower(), texts["en"])


def _speaks_english(texts: dict[str, str]) -> None:
    if "en" not in texts:
        raise ValueError("the English text ('en') is missing")
