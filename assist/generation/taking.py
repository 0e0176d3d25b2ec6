"""Takes from a message what a summary holds: what is wanted, done, promised, asked, and how the customer sounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assist.case import Case, CaseLine, CaseMessage, CaseSummary
from assist.generation.cues import Cues
from assist.generation.facts import asked_in, gives
from assist.generation.mood import follow
from assist.generation.request import request_of, weight
from assist.generation.sentences import LINE, clean, clip, is_cut_off
from assist.generation.words import overlap, stems
from assist.helpdesk import Author

NOTE = 2
# A request that weighs less asks for nothing that a desk knows of: people talk.
WANTED = 1.0
MOST = {"done": 5, "promised": 3, "open": 4}
# Words that a line must have more than one that says the same, to take its place.
MORE = 2
# The part that a deed must share with a promise to have kept it.
KEPT = 0.34


@dataclass(frozen=True)
class Turn:
    """A message, its sentences, and what came before it (`heard`: its stems); a fragment before is joined on."""

    message: CaseMessage
    sentences: list[str]
    agent_before: bool
    answered: bool
    heard: set[str]


def read(case: Case, index: int, cues: Cues, heard: set[str]) -> Turn:
    """Read the message at `index`; `heard`: the stems of what was said before it."""
    message = case.messages[index]
    before = case.messages[:index]
    public = [m for m in before if not m.internal and m.author in {Author.AGENT, Author.BOT}]
    text = message.text
    if case.brand and message.author == Author.CUSTOMER:
        # Public posts start with whom they are for, also where the "@" got lost.
        text = re.sub(rf"^\W*{re.escape(case.brand)}\w*[\s:,.]+(?=\w)", "", text, flags=re.IGNORECASE)
    answered = bool(before) and before[-1].author != Author.CUSTOMER
    sentences = clean(text, cues)
    same = bool(before) and (before[-1].author, before[-1].internal) == (message.author, message.internal)
    if same and sentences and is_cut_off(before[-1].text):
        tail = clean(before[-1].text, cues)[-1:]
        if tail and not tail[0].endswith((".", "!", "?")):
            joined = tail[0].rstrip("… ") + " " + sentences[0][:1].lower() + sentences[0][1:]
            sentences = [joined, *sentences[1:]]
    return Turn(message, sentences, bool(public), answered, heard)


def take(summary: CaseSummary, turn: Turn, case: Case, cues: Cues) -> None:
    """Take what a message tells into the summary."""
    message = turn.message
    if message.internal or message.author == Author.SYSTEM:
        told = turn.sentences if message.internal else [s for s in turn.sentences if _happened(s, cues)]
        for sentence in _noted(told, cues):
            _add(summary.done, sentence, message, "done", cues)
    elif message.author == Author.CUSTOMER:
        _take_customer(summary, turn, case, cues)
    else:
        _take_agent(summary, turn, case, cues)


def _happened(sentence: str, cues: Cues) -> bool:
    """Tell what a machine reports from what it says about itself, such as that it searches."""
    return bool(cues.noted.search(sentence) or cues.done.search(sentence)) and not cues.routine.search(sentence)


def _noted(sentences: list[str], cues: Cues) -> list[str]:
    """Give a note whole where it is short, else its two sentences that tell most of what happened, in their order."""
    told = [s for s in sentences if not cues.courtesy.match(s)]
    if told and len(" ".join(told)) <= LINE:
        return [" ".join(told)]
    worth = [
        bool(cues.noted.search(s))
        + 0.5 * bool(re.search(r"\d", s))
        - (len(s.split()) < 4 or bool(cues.anaphora.match(s)))
        for s in told
    ]
    best = sorted(range(len(told)), key=lambda i: (-worth[i], i))[:NOTE]
    return [told[i] for i in sorted(best)]


def _take_customer(summary: CaseSummary, turn: Turn, case: Case, cues: Cues) -> None:
    message = turn.message
    answered = turn.answered or not summary.mood.messages
    before = [m.text for m in case.messages if m.author == Author.CUSTOMER and m.position <= message.position]
    glad = turn.agent_before or not any(cues.problem.search(text) for text in before)
    summary.mood = follow(summary.mood, message, answered=answered, glad=glad, cues=cues)
    _settle_asked(summary, turn, case, cues)
    request = request_of(turn.sentences, case.subject or "", cues)
    if request and _replaces(summary.request, request, turn, cues):
        summary.request = CaseLine(text=request, messages=[message.position])
    for sentence in turn.sentences:
        solved = cues.solved.search(sentence) and not cues.courtesy.match(sentence)
        if turn.agent_before and solved and not sentence.endswith("?"):
            _add(summary.done, sentence, message, "done", cues)
        if cues.question.search(sentence) and not cues.weak.match(sentence) and not _rhetorical(sentence, cues):
            _add(summary.open, sentence, message, "open", cues)


def _replaces(held: CaseLine | None, request: str, turn: Turn, cues: Cues) -> bool:
    """A later message states the request better only before anybody answered, or when there was none so far."""
    if held is None:
        return True
    gain = weight(request, cues) - weight(held.text, cues)
    return (gain > 1.0 and not turn.agent_before) or (gain > 1.5 and weight(held.text, cues) < 0.5)


def _take_agent(summary: CaseSummary, turn: Turn, case: Case, cues: Cues) -> None:
    message = turn.message
    said = [told for told in (_told(s, cues) for s in turn.sentences) if told]
    substance = [s for s in said if not _asks(s, cues) and not cues.holding.search(s)]
    if substance:
        summary.promised = [line for line in summary.promised if not cues.holding.search(line.text)]
        authors = {m.position: m.author for m in case.messages}
        _settle(summary, lambda line: authors.get(line.messages[0]) == Author.CUSTOMER)
    # Who asked for a number and then names one has found it.
    _settle(summary, lambda line: any(fact.kinds and gives(message.text, fact) for fact in asked_in(line.text, cues)))
    wanted = summary.request is not None and weight(summary.request.text, cues) >= WANTED
    for sentence in said:
        # Advice about nothing that was spoken of is small talk, and so is what is asked where nobody wants anything.
        belongs = not turn.heard or bool(turn.heard & set(stems(sentence, cues)))
        if not (wanted or asked_in(sentence, cues) or cues.done.search(sentence) or cues.promise.search(sentence)):
            continue
        if _asks(sentence, cues):
            _add(summary.open, sentence, message, "open", cues)
        elif cues.promise.search(sentence) and not sentence.endswith(":") and not cues.not_promise.search(sentence):
            _add(summary.promised, sentence, message, "promised", cues)
        elif cues.done.search(sentence):
            _add(summary.done, sentence, message, "done", cues)
            _keep_promises(summary, sentence, cues)
        elif _answers(sentence, cues, belongs=belongs):
            _add(summary.done, sentence, message, "done", cues)
    plain = substance and len(substance) == len(said) and len(substance[0].split()) > 3
    if wanted and not summary.done and plain and not cues.promise.search(substance[0]):
        _add(summary.done, substance[0], message, "done", cues)


def _answers(sentence: str, cues: Cues, *, belongs: bool) -> bool:
    """Tell a refusal, or advice on what was spoken of, from a sentence that only asks for patience."""
    answers = cues.steps["refuse"].search(sentence) or (belongs and cues.advice.search(sentence))
    return bool(answers) and not cues.holding.search(sentence)


def _told(sentence: str, cues: Cues) -> str | None:
    """Give what a sentence says besides courtesy: "Sorry to hear that - I'll report it" leaves "I'll report it"."""
    if not cues.courtesy.match(sentence):
        return sentence
    _, separator, rest = re.split(r"(?:( [-–—] |; |, (?:but|and|so|aber|und) ))", sentence + " - ", maxsplit=1)
    rest = rest.removesuffix(" - ").strip()
    says = cues.promise.search(rest) or cues.done.search(rest) or cues.asking.search(rest) or cues.advice.search(rest)
    return rest[:1].upper() + rest[1:] if separator and says and not cues.courtesy.match(rest) else None


def _settle_asked(summary: CaseSummary, turn: Turn, case: Case, cues: Cues) -> None:
    """Drop what the customer was asked and has now given; a refusal, or "I will look", leaves it open."""
    text = turn.message.text
    if not turn.agent_before:
        return
    refused = cues.refusal.search(text) or cues.defers.search(text)
    by_customer = {m.position for m in case.messages if m.author == Author.CUSTOMER}

    def is_open(line: CaseLine) -> bool:
        if by_customer & set(line.messages):
            return True
        facts = asked_in(line.text, cues)
        if any(gives(text, fact) for fact in facts):
            return False
        # What has a shape of its own, such as a number, is seen when it comes.
        return bool(refused) or (any(fact.kinds for fact in facts) and not cues.gave.search(text))

    _settle(summary, lambda line: not is_open(line))


def _settle(summary: CaseSummary, settled: Callable[[CaseLine], bool]) -> None:
    """Drop what was asked and has been answered."""
    summary.open = [line for line in summary.open if not settled(line)]


def _asks(sentence: str, cues: Cues) -> bool:
    if sentence.endswith("?"):
        # "Have you tried restarting?" is advice as much as a question, and wants an answer all the same.
        return True
    return bool(cues.asking.search(sentence)) and bool(asked_in(sentence, cues) or not cues.promise.search(sentence))


def _rhetorical(sentence: str, cues: Cues) -> bool:
    """Tell "Really?" and "Where is it?" from a question that can be answered by itself."""
    said = len(stems(sentence, cues))
    length = len(sentence.split())
    return (not said and length < 5) or (said < 2 and length < 3)


def _add(lines: list[CaseLine], sentence: str, message: CaseMessage, section: str, cues: Cues) -> None:
    """Append a line, unless one says the same; a line that the new one continues is replaced."""
    text = clip(re.sub(r":$", ".", sentence))
    if len(text) < 8:
        return
    words = set(stems(text, cues))
    for index, line in enumerate(lines):
        if text.lower().startswith(line.text.rstrip("… .").lower()) and len(text) > len(line.text):
            positions = sorted({*line.messages, message.position})
            lines[index] = CaseLine(text=text, messages=positions, internal=line.internal or message.internal)
            return
        known = set(stems(line.text, cues))
        if overlap(words, known) >= 0.8:
            if len(words - known) >= MORE and not line.internal:
                del lines[index]
                break
            if message.position not in line.messages:
                line.messages.append(message.position)
            return
    lines.append(CaseLine(text=text, messages=[message.position], internal=message.internal))
    # The newest count most; the oldest goes.
    del lines[: -MOST[section]]


def _keep_promises(summary: CaseSummary, sentence: str, cues: Cues) -> None:
    did = set(stems(sentence, cues))
    summary.promised = [line for line in summary.promised if not is_kept(set(stems(line.text, cues)), did)]


def is_kept(promised: set[str], did: set[str]) -> bool:
    """Tell by their stems whether what was done is what was promised."""
    return overlap(did, promised) >= KEPT
