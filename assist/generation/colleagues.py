"""Learns from similar resolved tickets what colleagues do in such a case, and quotes the sentences they agree on.

Each similar ticket votes with the reply that was given at the same point of its conversation. Sentences are chosen so
that the draft is as close as it can be to all of those replies, the more similar ticket counting more: the minimum
Bayes risk of Kumar and Byrne (2004). What is particular to the other case is never said.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from assist.case import Case, Source, Turn
from assist.generation.cues import Cues
from assist.generation.particulars import holds_for_anybody, without_name
from assist.generation.passages import Candidate, finished, speaks
from assist.generation.sentences import clean
from assist.generation.words import stems
from assist.helpdesk import Author

# How many similar tickets are looked at.
VOTERS = 20
# From here on tickets are taken for cases of the same kind: the nearest cosine, and what part of the case's words the
# ten nearest conversations hold on average. Fitted on cases asked among tickets of their own and of another trade; 9
# of 10 of the latter stay below.
KIN, WORDS, NEAREST = 0.74, 1.25, 10
# Tickets of the case's own brand are nearer than they read, and what its people do counts more.
NEARER_BRAND, OWN_BRAND = 0.15, 4.0
# Of what a sentence speaks of, this part must be in the case or in two other replies; the rest is the other case's own.
FITS = 0.5
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


def advise(case: Case, near: list[Source], cues: Cues) -> list[Candidate]:
    """Give what colleagues agree on in such a case, in reading order; nothing when no case of its kind is near.

    `near`: the most similar tickets, also those that answer nothing by themselves.
    """
    near = [source for source in near if source.turns and speaks(source, case.language)]
    return agreed(case, replies(case, near, cues), cues) if are_kin(case, near, cues) else []


def replies(case: Case, sources: list[Source], cues: Cues) -> list[Reply]:
    """Give one reply of every similar ticket: the one given where its conversation stood as this one stands.

    Those of the case's own brand count more: companies do things differently.
    """
    found = []
    for source in sources:
        said = clean(_turn(case, source, cues).said, cues)
        if said:
            words = frozenset(word for sentence in said for word in stems(sentence, cues))
            steps = frozenset(step for sentence in said for step in steps_of(sentence, cues))
            found.append(
                Reply(
                    source,
                    said,
                    words,
                    steps,
                    math.sqrt(source.score) * (OWN_BRAND if _same_brand(case, source) else 1.0),
                )
            )
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


def _same_brand(case: Case, source: Source) -> bool:
    return bool(case.brand) and source.brand == case.brand


def are_kin(case: Case, sources: list[Source], cues: Cues) -> bool:
    """Tell whether these tickets are cases of the same kind, near enough that colleagues do the same in this one."""
    asked = set(stems(_customer(case), cues))
    if not sources or not asked:
        return False
    told = [set(stems(" ".join(f"{turn.asked} {turn.said}" for turn in s.turns), cues)) for s in sources[:NEAREST]]
    shared = sum(len(asked & words) for words in told) / len(asked) / NEAREST
    brand = NEARER_BRAND * any(_same_brand(case, source) for source in sources)
    return max(source.vector_score for source in sources) + WORDS * shared + brand >= KIN


def agreed(case: Case, voters: list[Reply], cues: Cues) -> list[Candidate]:
    """Choose the sentences that stand for most of what all of the replies do, courtesy first."""
    pool = _pool(case, voters, cues)
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
    return sorted(chosen, key=lambda one: (not cues.courtesy.match(one.text), one.place))


def _customer(case: Case) -> str:
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
    return " ".join([case.subject or "", *told])


def _pool(case: Case, voters: list[Reply], cues: Cues) -> list[Candidate]:
    own = _customer(case)
    known = set(stems(own, cues))
    told = [set(stems(m.text, cues)) for m in case.messages if m.author == Author.AGENT and not m.internal]
    said = Counter(word for reply in voters for word in reply.stems)
    out = []
    for reply in voters:
        others = " ".join(s for other in voters if other is not reply for s in other.sentences)
        for place, sentence in enumerate(reply.sentences):
            text = without_name(sentence)
            words = frozenset(stems(text, cues))
            fitting = sum(word in known or said[word] > 1 for word in words)
            fits = fitting >= FITS * len(words)
            leans = cues.anaphora.match(text) or len(text) > LONGEST
            if (
                fits
                and not leans
                and not any(words <= before for before in told)
                and holds_for_anybody(text, f"{own} {others}", cues)
            ):
                out.append(Candidate(finished(text), reply.source, place, words, leans=False))
    return out


def _closeness(chosen: list[Candidate], voters: list[Reply], cues: Cues) -> float:
    """Give the mean F1 of words and of steps against the replies, weighted by how similar their tickets are."""
    words = {word for one in chosen for word in one.stems}
    steps = {step for one in chosen for step in steps_of(one.text, cues)}
    whole = shared = 0.0
    for reply in voters:
        whole += reply.weight
        shared += reply.weight * (_f1(words, reply.stems) + _f1(steps, reply.steps)) / 2
    return shared / whole if whole else 0.0


def _f1(ours: set[str] | frozenset[str], theirs: set[str] | frozenset[str]) -> float:
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 0.0
