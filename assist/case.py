"""What the floors hand each other about one case: masked messages, its summary, numbered sources, drafts.

Vocabulary only: no database, no model. All texts are masked (`<PERSON_1>`), unless a name says `restored`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from assist.helpdesk import Author, Visibility


class CaseMessage(BaseModel):
    """One masked message. `position` counts from 1 and is what summaries and citations point to."""

    position: int
    author: Author
    text: str
    internal: bool = False
    at: datetime | None = None


class Case(BaseModel):
    """An open ticket as an engine sees it."""

    ticket_id: int
    subject: str | None = None
    brand: str | None = None
    language: str | None = None
    channel: str | None = None
    team: str | None = None
    messages: list[CaseMessage] = Field(default_factory=list)
    # Placeholders that stand for this contact's own values, by kind: {"PERSON": ["<PERSON_1>"], "ORDER": [...]}.
    contact: dict[str, list[str]] = Field(default_factory=dict)
    # What the participants are called where the conversation itself names them; else by their part: "Customer".
    speakers: dict[Author, str] = Field(default_factory=dict)


class CaseLine(BaseModel):
    """One line of a summary, the positions of the messages it rests on, and whether any of them is internal.

    `told`: the line in the third person, with who said it.
    """

    text: str
    told: str = ""
    messages: list[int] = Field(default_factory=list)
    internal: bool = False


class Mood(BaseModel):
    """How the customer sounds now, and how that changed over the case."""

    label: Literal["calm", "friendly", "worried", "impatient", "angry"] = "calm"
    was: Literal["calm", "friendly", "worried", "impatient", "angry"] | None = None
    messages: list[int] = Field(default_factory=list)
    contacts: int = 1


class CaseSummary(BaseModel):
    """What an agent needs to know first. Extended, not made anew, when a message arrives.

    `said`: what else was said; `details`: numbers, amounts and dates that no line holds.
    """

    request: CaseLine | None = None
    said: list[CaseLine] = Field(default_factory=list)
    done: list[CaseLine] = Field(default_factory=list)
    promised: list[CaseLine] = Field(default_factory=list)
    open: list[CaseLine] = Field(default_factory=list)
    details: list[CaseLine] = Field(default_factory=list)
    mood: Mood = Field(default_factory=Mood)
    next_step: CaseLine | None = None
    upto: int = 0
    engine: str = "extractive"

    @property
    def lines(self) -> list[CaseLine]:
        """The lines of every part but the details, in the order in which they are shown."""
        request = [self.request] if self.request else []
        return [*request, *self.said, *self.done, *self.promised, *self.open]

    @property
    def text(self) -> str:
        """The summary as a text, one line for each of its own, as the sidebar shows it."""
        details = ", ".join(line.text for line in self.details)
        return "\n".join([line.told or line.text for line in self.lines] + ([details] if details else []))


class Guess(BaseModel):
    """What triage believes about one side of a case; `value` None: it does not say.

    `confidence` is a calibrated probability for what was learned (intent, team), else how strong the signs are.
    `because` names the reason, for the message catalogue, and `told` fills it in.
    """

    value: str | None = None
    confidence: float = 0.0
    because: str = "unknown"
    told: dict[str, str | int | float] = Field(default_factory=dict)


class TriageResult(BaseModel):
    """What a case is about and who should take it, without any model call.

    `intent.value` is one of the workspace's own labels, "other" when none is likely enough, or None when too few
    tickets are labelled. `sentiment.value` is a `Mood` label; `urgency.value` urgent, high, normal or low;
    `language.value` a code such as "de"; `product.value` a name out of the company's articles; `duplicate.value` the
    helpdesk's id of another open ticket; `team.value` the group that took such tickets before.
    """

    intent: Guess = Field(default_factory=Guess)
    sentiment: Guess = Field(default_factory=Guess)
    urgency: Guess = Field(default_factory=Guess)
    language: Guess = Field(default_factory=Guess)
    product: Guess = Field(default_factory=Guess)
    duplicate: Guess = Field(default_factory=Guess)
    team: Guess = Field(default_factory=Guess)


class SourceQuery(BaseModel):
    """What to look for, and what may be found.

    `text` is the question; `aspects` are parts of it that may be met alone, such as the subject or one of several
    questions; `history` earlier turns (oldest first) that give context; `dialogue` all that both sides have said before
    (oldest first), from which the thing that the question is about is carried over where its own words do not name it;
    none: from the history. Filters are exact, `None` means any.
    `audience` public: approved public articles only (the chatbot). `tickets`: so many resolved tickets are given, after
    the first `limit` sources if need be, so that there are colleagues to learn from beside many articles.
    """

    text: str
    aspects: list[str] = Field(default_factory=list)
    history: list[str] = Field(default_factory=list)
    dialogue: list[str] = Field(default_factory=list)
    brand: str | None = None
    language: str | None = None
    audience: Literal["staff", "public"] = "staff"
    exclude_ticket: int | None = None
    limit: int = 5
    tickets: int = 0
    floor: float | None = None


class Flag(BaseModel):
    """What a guard objects to in a sentence, a message or a source: `why` is for the agent, by language; "en" is always
    there. `place`: where in a message it stands (subject, name, quote, signature), if not in its own text.
    """

    guard: str
    why: dict[str, str]
    place: str | None = None


class Turn(BaseModel):
    """What a customer wrote and what an agent answered, masked."""

    asked: str
    said: str


class Source(BaseModel):
    """One numbered source and why it was chosen. Scores are 0-1; `score` is the fused one that the floor applies to.

    For a resolved ticket `problem` is what was asked, `text` the resolution and `turns` how it went, which is for
    drafting only and is neither stored nor sent; for an article `text` is the passage. `flags`: of input guards.
    """

    n: int = 0
    record_id: int
    kind: Literal["ticket", "article"]
    ticket_id: int | None = None
    article_id: int | None = None
    title: str
    text: str
    problem: str | None = None
    score: float
    vector_score: float = 0.0
    lexical_score: float = 0.0
    matched_terms: list[str] = Field(default_factory=list)
    visibility: Visibility = Visibility.INTERNAL
    brand: str | None = None
    language: str | None = None
    intent: str | None = None
    age_days: int | None = None
    reviewed_at: datetime | None = None
    url: str | None = None
    outcome: Literal["resolved", "reopened"] | None = None
    replies: int | None = None
    csat: int | None = None
    turns: list[Turn] = Field(default_factory=list, exclude=True)
    flags: list[Flag] = Field(default_factory=list)


class Sentence(BaseModel):
    """One sentence of a draft and what it rests on.

    `kind`: `sourced` cites at least one of `sources`; `case` repeats a fact of the case itself; `question` asks for a
    missing fact; `greeting` and `closing` are courtesy; `unsupported` has nothing behind it and is shown as such.
    `internal` tells that a source behind it is not for customers. `paragraph`: a new paragraph starts here.
    `flags`: what guards object to; `held`: it is kept out of the draft for that, until an agent adds it by hand.
    """

    text: str
    kind: Literal["greeting", "sourced", "case", "question", "closing", "unsupported"]
    sources: list[int] = Field(default_factory=list)
    internal: bool = False
    paragraph: bool = False
    flags: list[Flag] = Field(default_factory=list)
    held: bool = False


class Draft(BaseModel):
    """A reply draft as sentences; `label` names an alternative ("shorter", "asks first")."""

    sentences: list[Sentence] = Field(default_factory=list)
    label: str = ""

    @property
    def text(self) -> str:
        """The draft as the customer would read it, without citation marks and what is held out of it."""
        out = ""
        for sentence in self.sentences:
            if sentence.held:
                continue
            gap = "" if not out else "\n\n" if sentence.paragraph else " "
            out += gap + sentence.text
        return out
