"""Learns from similar resolved tickets what colleagues do in such a case, and quotes the sentences they agree on.

Each similar ticket votes with the reply that was given at the same point of its conversation. Sentences are chosen so
that the draft is as close as it can be to all of those replies, the more similar ticket counting more: the minimum
Bayes risk of Kumar and Byrne (2004). What is particular to the other case is never said.
"""

from __future__ import annotations

from dataclasses import dataclass

from assist.case import Case, Source, Turn
from assist.generation.cues import Cues
from assist.generation.particulars import holds_for_anybody, without_name
from assist.generation.passages import Candidate, finished, speaks
from assist.generation.sentences import clean
from assist.generation.words import stems
from assist.helpdesk import Author

# A reply votes for its own sentences with this part of its weight: that it said so says little about the next case.
OWN = 0.5
# A sentence must bring the draft this much closer to the replies.
GAIN = 0.01
MOST = 4
LONGEST = 240


@dataclass(frozen=True)
class Reply:
    """What a colleague wrote at this point of a similar case."""

    source: Source
    sentences: list[str]
    stems: frozenset[str]
    steps: frozenset[str]
    weight: float


def replies(case: Case, sources: list[Source], cues: Cues) -> list[Reply]:
    """Give one reply of every similar ticket: the one given where its conversation stood as this one stands."""
    found = []
    for source in sources:
        turn = _turn(case, source, cues) if source.turns and speaks(source, case.language) else None
        said = clean(turn.said, cues) if turn else []
        if said:
            words = frozenset(word for sentence in said for word in stems(sentence, cues))
            steps = frozenset(step for sentence in said for step in steps_of(sentence, cues))
            found.append(Reply(source, said, words, steps, source.score))
    return found


def _turn(case: Case, source: Source, cues: Cues) -> Turn:
    """Give the first turn for a case that nobody has answered, else the later one that answers what was written now."""
    answered = any(m.author == Author.AGENT and not m.internal for m in case.messages)
    if not answered or len(source.turns) == 1:
        return source.turns[0]
    newest = next((m.text for m in reversed(case.messages) if m.author == Author.CUSTOMER and not m.internal), "")
    asked = set(stems(newest, cues))
    later = source.turns[1:]
    return max(later, key=lambda turn: _f1(asked, set(stems(turn.asked, cues))))


def steps_of(sentence: str, cues: Cues) -> set[str]:
    """Give the steps that a sentence takes: asking for a fact, excusing, referring to another channel …"""
    found = {name for name, cue in cues.steps.items() if cue.search(sentence)}
    if sentence.endswith("?") or cues.asking.search(sentence):
        found |= {"ask", *(f"ask: {fact.name}" for fact in cues.facts if fact.asked_by.search(sentence))}
    return found


def agreed(case: Case, voters: list[Reply], quotable: list[Source], cues: Cues) -> list[Candidate]:
    """Choose the sentences of `quotable` sources' replies that stand for most of what all of the replies do."""
    pool = _pool(case, voters, {source.record_id for source in quotable}, cues)
    chosen: list[Candidate] = []
    reached = 0.0
    while pool and len(chosen) < MOST:
        best = max(pool, key=lambda one: _closeness([*chosen, one], voters, cues))
        closer = _closeness([*chosen, best], voters, cues)
        if closer < reached + GAIN:
            break
        best.worth = closer - reached
        reached = closer
        chosen.append(best)
        pool = [one for one in pool if one is not best and one.text != best.text]
    return sorted(chosen, key=lambda one: one.place)


def _pool(case: Case, voters: list[Reply], quotable: set[int], cues: Cues) -> list[Candidate]:
    own = " ".join([case.subject or "", *(m.text for m in case.messages)])
    out = []
    for reply in voters:
        if reply.source.record_id not in quotable:
            continue
        others = " ".join(s for other in voters if other is not reply for s in other.sentences)
        for place, sentence in enumerate(reply.sentences):
            text = without_name(sentence)
            if len(text) <= LONGEST and holds_for_anybody(text, f"{own} {others}", cues):
                words = frozenset(stems(text, cues))
                out.append(Candidate(finished(text), reply.source, place, words, leans=False))
    return out


def _closeness(chosen: list[Candidate], voters: list[Reply], cues: Cues) -> float:
    """Give the mean F1 of words and of steps against the replies, weighted by how similar their tickets are."""
    words = {word for one in chosen for word in one.stems}
    steps = {step for one in chosen for step in steps_of(one.text, cues)}
    whole = shared = 0.0
    for reply in voters:
        weight = reply.weight * (OWN if any(one.source is reply.source for one in chosen) else 1.0)
        whole += weight
        shared += weight * (_f1(words, reply.stems) + _f1(steps, reply.steps)) / 2
    return shared / whole if whole else 0.0


def _f1(ours: set[str] | frozenset[str], theirs: set[str] | frozenset[str]) -> float:
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 0.0
