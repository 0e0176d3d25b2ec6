"""Drafts a reply from what approved sources say, sentence by sentence, with the source behind each.

Nothing is invented: a sentence is courtesy, a question for a missing fact, or a source's own words. Without a source
there is no answer, only what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field

from assist.case import Case, CaseSummary, Draft, Sentence, Source
from assist.generation.colleagues import Advice, steps_of
from assist.generation.cues import Cues, Fact
from assist.generation.extractive_summary import case_cues
from assist.generation.facts import asked_in, has, missing_facts
from assist.generation.passages import Candidate, as_sentences, candidates, choose, says_again, speaks
from assist.generation.placeholders import placeholders_in
from assist.generation.places import places_in
from assist.generation.sentences import clean, clip
from assist.generation.words import stems
from assist.helpdesk import Author

_REPLY_MARKS = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|antw)\s*:)+", re.IGNORECASE)
_HOUR = re.compile(r"^(?:good (?:morning|afternoon|evening)|guten (?:morgen|abend))", re.IGNORECASE)
# An agent's sentence with this part of a candidate's content words, three at least, has said as much.
TOLD = 0.6
# What another source says must be worth this part of what the best says, to be shown as an alternative.
OTHER = 0.5
# A ticket from this score on, and no less sure than the article beside it, is taken for the same case.
SURE = 0.7
SHORT_CHANNELS = {"chat", "chatbot", "twitter", "sms", "social", "whatsapp", "messenger"}


class Drafted(BaseModel):
    """What came of drafting: the first draft and up to three others, or an abstention with what is missing."""

    drafts: list[Draft] = Field(default_factory=list)
    abstained: bool = False
    missing: list[str] = Field(default_factory=list)


def draft(case: Case, summary: CaseSummary, sources: list[Source], advice: Advice | None = None) -> Drafted:
    """Draft a reply to the case from its sources, which the caller has already held against the score floor.

    `advice`: what colleagues do in such a case. It stands around the answer: courtesy before, questions after it.
    """
    cues = case_cues(case)
    question = question_of(case, summary)
    facts = missing_facts(case, question, cues)
    topic = f"{subject_of(case)} {question}"
    pool = _news(case, candidates(sources, cues, case.language, places_of(case)), facts, cues)
    # What is written for staff may be quoted to a customer only where nothing else answers; it is marked then.
    public = [candidate for candidate in pool if not candidate.internal]
    chosen = choose(public, topic, history_of(case), cues) or choose(pool, topic, history_of(case), cues)
    missing = [fact.name for fact in facts]
    if advice and advice.sentences:
        # Their questions go before ours.
        facts = [fact for fact in facts if f"ask: {fact.name}" in advice.usual]
        facts = [fact for fact in facts if not any(fact.asked_by.search(one.text) for one in advice.sentences)]
        chosen = _around(chosen, _fitting(advice, summary, cues), cues)
    if not chosen:
        opening = advice.opening if advice and _wants(case, cues) else []
        facts = [] if opening else facts
        asks = (
            [_frame(case, summary, opening, facts, cues, label="asks first")]
            if opening or facts or _wants(case, cues)
            else []
        )
        return Drafted(drafts=asks, abstained=True, missing=[*missing, *_needs(case, question, sources, cues)])
    drafts = [_frame(case, summary, chosen, facts, cues, advice=advice)]
    if len(chosen) > 1:
        drafts.append(_frame(case, summary, _shortest(chosen), [], cues, label="short", advice=advice))
    if facts:
        drafts.append(_frame(case, summary, [], facts, cues, label="asks first"))
    first = chosen[0].source.record_id
    if advice and advice.sentences:
        return Drafted(drafts=drafts[:4], missing=missing)
    others = choose([c for c in public if c.source.record_id != first], topic, history_of(case), cues)
    likely = others and max(c.worth for c in others) >= OTHER * max(c.worth for c in chosen)
    if likely and {c.text for c in others} - {c.text for c in chosen}:
        drafts.append(_frame(case, summary, others, facts, cues, label="other source"))
    return Drafted(drafts=drafts[:4], missing=missing)


def _fitting(advice: Advice, summary: CaseSummary, cues: Cues) -> list[Candidate]:
    """Leave out courtesy that says no more than ours, and any but an excuse to somebody who is angry."""
    angry = summary.mood.label in {"angry", "impatient"}

    def fits(one: Candidate) -> bool:
        if not cues.courtesy.match(one.text):
            return True
        return (advice.brief or len(one.stems) > 1) and (not angry or "sorry" in steps_of(one.text, cues))

    return [one for one in advice.sentences if fits(one)]


def _around(chosen: list[Candidate], advice: Sequence[Candidate], cues: Cues) -> list[Candidate]:
    """Put what colleagues say around a sure answer: courtesy before, the rest after it.

    What a single ticket says gives way to what several do, unless it is surely the same case. Where a source answers,
    what they told other customers is beside the point; what they ask is not.
    """
    articles = [one.source.score for one in chosen if one.source.kind == "article"]
    least = max([SURE, *articles])
    answer = [one for one in chosen if one.source.kind == "article" or one.source.score >= least]
    fresh = [one for one in advice if not any(says_again(one, set(other.stems)) for other in answer)]
    before = [one for one in fresh if cues.courtesy.match(one.text)]
    after = [one for one in fresh if one not in before]
    if answer:
        known = {fact.name for one in answer for fact in asked_in(one.text, cues)}
        after = [one for one in after if "ask" in steps_of(one.text, cues)]
        after = [one for one in after if not known & {fact.name for fact in asked_in(one.text, cues)}]
    return [*before, *answer, *after]


def _wants(case: Case, cues: Cues) -> bool:
    """Tell a customer who waits for something from one who only says thanks."""
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal][-1:]
    return any(stems(text, cues) and not cues.thanks.search(text) for text in told)


def _shortest(chosen: list[Candidate]) -> list[Candidate]:
    """Give the sentence that answers best, and the one it leans on."""
    best = max(range(len(chosen)), key=lambda n: chosen[n].worth)
    return chosen[max(best - 1, 0) : best + 1] if chosen[best].leans else [chosen[best]]


def _needs(case: Case, question: str, sources: list[Source], cues: Cues) -> list[str]:
    """Say what is missing for an answer: a source, one in the customer's language, or one that holds for everybody."""
    needs = [cues.phrases["missing_source"].format(what=clip(question, 100))]
    foreign = next((source for source in sources if not speaks(source, case.language)), None)
    if foreign is not None:
        needs.append(cues.phrases["missing_language"].format(n=foreign.n, title=clip(foreign.title, 60)))
    elif sources:
        needs.append(cues.phrases["missing_general"].format(n=sources[0].n, title=clip(sources[0].title, 60)))
    return needs


def _news(case: Case, pool: list[Candidate], asked: list[Fact], cues: Cues) -> list[Candidate]:
    """Leave out what an agent has told this customer already, and requests to hand in what is known or asked anyway."""
    told = [
        set(stems(sentence, cues))
        for message in case.messages
        if message.author == Author.AGENT and not message.internal
        for sentence in clean(message.text, cues)
    ]
    settled = [fact for fact in cues.facts if fact in asked or has(case, fact)]

    def is_news(candidate: Candidate) -> bool:
        if any(says_again(candidate, words) or _is_told(candidate, words) for words in told):
            return False
        # Who reads the draft has written to us already.
        wanted = asked_in(candidate.text, cues)
        return not cues.hand_over.search(candidate.text) or any(fact not in settled for fact in wanted)

    return [candidate for candidate in pool if is_news(candidate)]


def _is_told(candidate: Candidate, words: set[str]) -> bool:
    shared = len(words & candidate.stems)
    return shared >= 3 and shared >= TOLD * len(candidate.stems)


def places_of(case: Case) -> frozenset[str]:
    """Give the countries that the subject and the customer name."""
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
    return places_in(" ".join([case.subject or "", *told]))


def question_of(case: Case, summary: CaseSummary) -> str:
    """Give what is to be answered: the request and the customer's open questions, or the newest customer message."""
    parts = [summary.request.text] if summary.request else []
    parts += [text for text in open_questions(case, summary) if text not in parts]
    if not parts:
        parts = [m.text for m in case.messages if m.author == Author.CUSTOMER][-1:]
    return " ".join(parts) or case.subject or ""


def open_questions(case: Case, summary: CaseSummary) -> list[str]:
    """Give what the customer asked and nobody has answered."""
    by_customer = {m.position for m in case.messages if m.author == Author.CUSTOMER}
    return [line.text for line in summary.open if by_customer & set(line.messages)]


def subject_of(case: Case) -> str:
    """Give the subject without what mail programs put before it; empty when there is none."""
    return _REPLY_MARKS.sub("", case.subject or "").strip(" .")


def history_of(case: Case) -> str:
    """Give the last customer messages as context, with the subject."""
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
    return " ".join([subject_of(case), *told[-3:]])


def _frame(
    case: Case,
    summary: CaseSummary,
    chosen: list[Candidate],
    facts: list[Fact],
    cues: Cues,
    *,
    label: str = "",
    advice: Advice | None = None,
) -> Draft:
    """Put courtesy around the sourced sentences: greeting, acknowledgement, answer, questions, closing."""
    brief = (case.channel or "").lower() in SHORT_CHANNELS
    brief = brief or (not case.channel and advice is not None and advice.brief)
    sentences = [Sentence(text=_hello(case, cues), kind="greeting")]
    if not chosen or not cues.courtesy.match(chosen[0].text):
        usual = advice.usual if advice is not None and advice.sentences else None
        sentences += _acknowledge(case, summary, cues, paragraph=not brief, usual=usual)
    sourced = as_sentences(chosen)
    if sourced:
        sourced[0].paragraph = not brief
    sentences += sourced
    for index, fact in enumerate(facts[:2]):
        sentences.append(Sentence(text=fact.ask, kind="question", paragraph=index == 0 and not brief))
    if not sourced and not facts:
        sentences.append(Sentence(text=cues.phrases["ask_more"], kind="question", paragraph=not brief))
    if not brief:
        if label != "short" and sourced and not facts:
            sentences.append(Sentence(text=cues.phrases["offer"], kind="closing", paragraph=True))
        sentences.append(Sentence(text=cues.phrases["regards"], kind="closing", paragraph=True))
    return Draft(sentences=sentences, label=label)


def _hello(case: Case, cues: Cues) -> str:
    """Greet this contact as an agent did before, "Dear Ms <PERSON_3>," too, else by the usual name.

    The whole name has the first number and the first name the second; English greets by the first name.
    """
    names = case.contact.get("PERSON", [])
    for message in case.messages:
        if message.author == Author.AGENT and not message.internal:
            greeting = cues.greeting.match(message.text)
            said = greeting.group(0).strip(" ,.!:;-\n") if greeting else ""
            if placeholders_in(said) & set(names):
                # What was a good morning may be an evening by now.
                return _HOUR.sub(cues.phrases["hello_nobody"].rstrip(","), said) + ","
    if not names:
        return cues.phrases["hello_nobody"]
    return cues.phrases["hello"].format(name=names[1 if cues.code == "en" and len(names) > 1 else 0])


def _acknowledge(
    case: Case, summary: CaseSummary, cues: Cues, *, paragraph: bool, usual: frozenset[str] | None
) -> list[Sentence]:
    """Say that the message was heard; `usual`: what colleagues do in such a case, as far as anybody knows."""
    contacts, mood = summary.mood.contacts, summary.mood.label
    if mood in {"angry", "impatient"} or (usual and "sorry" in usual):
        again = contacts > 2 and cues.moods["impatient"].search(history_of(case))
        text = cues.phrases["sorry_again" if again else "sorry"]
    elif 3 < len(subject := subject_of(case)) <= 60 and contacts <= 1 and paragraph:
        text = cues.phrases["thanks_subject"].format(subject=subject.strip(" .!?"))
        return [Sentence(text=text, kind="case", paragraph=True)]
    elif usual is None or "thanks" in usual:
        text = cues.phrases["thanks"]
    else:
        return []
    return [Sentence(text=text, kind="greeting", paragraph=paragraph)]
