"""Drafts a reply from what approved sources say, sentence by sentence, with the source behind each.

Nothing is invented: a sentence is courtesy, a question for a missing fact, or a source's own words. Without a source
there is no answer, only what is missing.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from assist.case import Case, CaseSummary, Draft, Sentence, Source
from assist.generation.cues import Cues, Fact
from assist.generation.extractive_summary import case_cues
from assist.generation.facts import missing_facts
from assist.generation.passages import Candidate, as_sentences, candidates, choose
from assist.generation.placeholders import placeholders_in
from assist.generation.sentences import clip
from assist.helpdesk import Author

SHORT_CHANNELS = {"chat", "chatbot", "twitter", "sms", "social", "whatsapp", "messenger"}


class Drafted(BaseModel):
    """What came of drafting: the first draft and up to three others, or an abstention with what is missing."""

    drafts: list[Draft] = Field(default_factory=list)
    abstained: bool = False
    missing: list[str] = Field(default_factory=list)


def draft(case: Case, summary: CaseSummary, sources: list[Source]) -> Drafted:
    """Draft a reply to the case from its sources, which the caller has already held against the score floor."""
    cues = case_cues(case)
    question = question_of(case, summary)
    facts = missing_facts(case, question, cues)
    pool = candidates(sources, cues, case.language)
    chosen = choose(pool, question, history_of(case), cues)
    missing = [fact.name for fact in facts]
    if not chosen:
        needs = cues.phrases["missing_source"].format(what=clip(question, 100))
        asks = [_frame(case, summary, [], facts, cues, label="asks first")] if facts else []
        return Drafted(drafts=asks, abstained=True, missing=[*missing, needs])
    drafts = [_frame(case, summary, chosen, facts, cues)]
    if len(chosen) > 1:
        best = max(chosen, key=lambda candidate: candidate.worth)
        short = [best] if not best.leans else chosen[:2]
        drafts.append(_frame(case, summary, short, [], cues, label="short"))
    if facts:
        drafts.append(_frame(case, summary, [], facts, cues, label="asks first"))
    first = chosen[0].source.record_id
    others = choose([c for c in pool if c.source.record_id != first], question, history_of(case), cues)
    if others and {c.text for c in others} - {c.text for c in chosen}:
        drafts.append(_frame(case, summary, others, facts, cues, label="other source"))
    return Drafted(drafts=drafts[:4], missing=missing)


def question_of(case: Case, summary: CaseSummary) -> str:
    """Give what is to be answered: the request and the customer's open questions, or the newest customer message."""
    by_customer = {m.position for m in case.messages if m.author == Author.CUSTOMER}
    open_questions = [line.text for line in summary.open if by_customer & set(line.messages)]
    parts = [summary.request.text] if summary.request else []
    parts += [text for text in open_questions if text not in parts]
    if not parts:
        parts = [m.text for m in case.messages if m.author == Author.CUSTOMER][-1:]
    return " ".join(parts) or case.subject or ""


def history_of(case: Case) -> str:
    """Give the last customer messages as context, with the subject."""
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
    return " ".join([case.subject or "", *told[-3:]])


def _frame(
    case: Case, summary: CaseSummary, chosen: list[Candidate], facts: list[Fact], cues: Cues, *, label: str = ""
) -> Draft:
    """Put courtesy around the sourced sentences: greeting, acknowledgement, answer, questions, closing."""
    brief = (case.channel or "").lower() in SHORT_CHANNELS
    sentences = [Sentence(text=_hello(case, cues), kind="greeting")]
    sentences.append(_acknowledge(case, summary, cues, paragraph=not brief))
    sourced = as_sentences(chosen)
    if sourced:
        sourced[0].paragraph = not brief
    sentences += sourced
    for index, fact in enumerate(facts[:2]):
        sentences.append(Sentence(text=fact.ask, kind="question", paragraph=index == 0 and not brief))
    if not brief:
        if label != "short" and not facts:
            sentences.append(Sentence(text=cues.phrases["offer"], kind="closing", paragraph=True))
        sentences.append(Sentence(text=cues.phrases["regards"], kind="closing", paragraph=True))
    return Draft(sentences=sentences, label=label)


def _hello(case: Case, cues: Cues) -> str:
    name = name_of(case, cues)
    return cues.phrases["hello"].format(name=name) if name else cues.phrases["hello_nobody"]


def name_of(case: Case, cues: Cues) -> str | None:
    """Give the placeholder to greet this contact with: the one an agent greeted with before, else the usual one.

    The whole name has the first number and the first name the second; English greets by the first name.
    """
    names = case.contact.get("PERSON", [])
    for message in case.messages:
        if message.author == Author.AGENT and not message.internal:
            greeting = cues.greeting.match(message.text)
            used = placeholders_in(greeting.group(0)) if greeting else set()
            for name in names:
                if name in used:
                    return name
    return names[1 if cues.code == "en" and len(names) > 1 else 0] if names else None


def _acknowledge(case: Case, summary: CaseSummary, cues: Cues, *, paragraph: bool) -> Sentence:
    contacts, mood = summary.mood.contacts, summary.mood.label
    if mood in {"angry", "impatient"}:
        text = cues.phrases[
            "sorry_again" if contacts > 2 and cues.moods["impatient"].search(history_of(case)) else "sorry"
        ]
    elif case.subject and 3 < len(case.subject) <= 60 and contacts <= 1 and paragraph:
        text = cues.phrases["thanks_subject"].format(subject=case.subject.strip(" .!?"))
        return Sentence(text=text, kind="case", paragraph=True)
    else:
        text = cues.phrases["thanks"]
    return Sentence(text=text, kind="greeting", paragraph=paragraph)
