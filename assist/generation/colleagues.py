"""Learns from similar resolved tickets what colleagues do in such a case, and quotes the sentences they agree on.

Each similar ticket votes with the reply that was given at the same point of its conversation. Sentences are chosen so
that the draft is as close as it can be to all of those replies, the more similar ticket counting more: the minimum
Bayes risk of Kumar and Byrne (2004). What is particular to the other case is never said.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from assist.case import Case, Source, Turn
from assist.generation.cues import Cues
from assist.generation.facts import asked_in, has
from assist.generation.particulars import holds_for_anybody, without_name
from assist.generation.passages import Candidate, finished, says_again, speaks
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
# Of what a sentence speaks of, this part must be in the case or in that part of the other replies; the rest is the
# other case's own. Courtesy must be so in all its words: nobody is sorry about a knee that only the other case has.
FITS, ELSEWHERE = 0.5, 0.03
# A question that holds fewer words than this asks for nothing in particular, and a statement says nothing.
ASKS, SAYS = 2, 3
# This part of the other replies, the more similar ticket counting more, must say it in much the same words (F1), ask
# for the same fact, or excuse or thank as briefly: what one colleague said to one customer is no advice.
AGREE, ALIKE = 0.07, 0.4
# What this part of the replies says is how conversations are opened here.
MOSTLY = 0.5
# A sentence must bring the draft this much closer to the replies.
GAIN = 0.01
MOST = 4
LONGEST = 240
# A reply of so many characters has no room for a letter's dress.
BRIEF = 220
# What this part of the replies does is what one does.
USUAL = 0.4


@dataclass(frozen=True)
class Reply:
    """What a colleague wrote at this point of a similar case."""

    source: Source
    sentences: list[str]
    stems: frozenset[str]
    steps: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Advice:
    """What colleagues do in such a case: sentences that they agree on, and the steps that most of them take.

    `brief`: their replies are a line or two, as on public channels, with no letter around them. `opening`: where no
    case of the same kind is known, what nearly all of them say and ask at this point whatever the case is.
    """

    sentences: list[Candidate] = field(default_factory=list)
    opening: list[Candidate] = field(default_factory=list)
    usual: frozenset[str] = frozenset()
    brief: bool = False


def advise(case: Case, near: list[Source], cues: Cues) -> Advice:
    """Ask the colleagues who answered in the most similar tickets, also in those that answer nothing by themselves.

    When no case of the same kind is near they advise nothing, but how conversations are opened is known all the same.
    """
    near = [source for source in near if source.turns and speaks(source, case.language)]
    voters = replies(case, near, cues)
    if not voters:
        return Advice()
    kin = are_kin(case, near, cues)
    whole = sum(reply.weight for reply in voters)
    named = {step for reply in voters for step in reply.steps}
    usual = {step for step in named if sum(r.weight for r in voters if step in r.steps) >= USUAL * whole}
    lengths = sorted(len(" ".join(reply.sentences)) for reply in voters)
    brief = bool(lengths) and lengths[len(lengths) // 2] <= BRIEF
    if kin:
        return Advice(sentences=agreed(case, voters, cues), usual=frozenset(usual), brief=brief)
    most = [one for one in agreed(case, voters, cues, least=MOSTLY) if _opens(one.text, cues)]
    asked = any("ask" in steps_of(one.text, cues) for one in most)
    return Advice(opening=most if asked else [], usual=frozenset(usual), brief=brief)


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
    """Give the first turn for a case that nobody has answered, else the later one that stands where this case stands.

    It stands alike when the colleague had just said much the same, and the customer answered much the same.
    """
    said = [m.text for m in case.messages if m.author == Author.AGENT and not m.internal]
    if not said or len(source.turns) == 1:
        return source.turns[0]
    newest = next((m.text for m in reversed(case.messages) if m.author == Author.CUSTOMER and not m.internal), "")
    asked, before = set(stems(newest, cues)), set(stems(said[-1], cues))

    def nearness(at: int) -> float:
        turn, previous = source.turns[at], source.turns[at - 1]
        return _f1(asked, set(stems(turn.asked, cues))) + _f1(before, set(stems(previous.said, cues)))

    return source.turns[max(range(1, len(source.turns)), key=nearness)]


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


def _opens(sentence: str, cues: Cues) -> bool:
    """Tell a sentence that may open any conversation: courtesy, an offer to help, a question."""
    return bool(cues.courtesy.match(sentence) or cues.offer.search(sentence) or "ask" in steps_of(sentence, cues))


def agreed(case: Case, voters: list[Reply], cues: Cues, *, least: float = AGREE) -> list[Candidate]:
    """Choose the sentences that stand for most of what all of the replies do, courtesy first.

    `least`: this part of the other replies must have them too.
    """
    pool = _pool(case, voters, cues, least)
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
        pool = [one for one in pool if one is not best and not _repeats(one, best, cues)]
    return sorted(chosen, key=lambda one: (not cues.courtesy.match(one.text), one.place))


def _repeats(one: Candidate, said: Candidate, cues: Cues) -> bool:
    """Tell a sentence that says the same, or excuses, thanks or refers to the same channel once more."""
    once = steps_of(one.text, cues) & steps_of(said.text, cues) & cues.once
    return bool(once) or says_again(one, set(said.stems))


def _customer(case: Case) -> str:
    told = [m.text for m in case.messages if m.author == Author.CUSTOMER and not m.internal]
    return " ".join([case.subject or "", *told])


def _pool(case: Case, voters: list[Reply], cues: Cues, least: float) -> list[Candidate]:
    own = _customer(case)
    known = set(stems(own, cues))
    told = [set(stems(m.text, cues)) for m in case.messages if m.author == Author.AGENT and not m.internal]
    said, thanked = Counter[str](), Counter[str]()
    for reply in voters:
        thanks = {word for s in reply.sentences if cues.courtesy.match(s) for word in stems(s, cues)}
        said.update(dict.fromkeys(reply.stems, reply.weight))
        thanked.update(dict.fromkeys(thanks, reply.weight))
    whole = sum(reply.weight for reply in voters)
    read = [[(frozenset(stems(s, cues)), _marks(s, cues)) for s in reply.sentences] for reply in voters]
    out = []
    for number, reply in enumerate(voters):
        others = " ".join(s for other in voters if other is not reply for s in other.sentences)
        elsewhere = [(voters[at].weight, told) for at, told in enumerate(read) if at != number]
        for place, sentence in enumerate(reply.sentences):
            text = without_name(sentence)
            words = frozenset(stems(text, cues))
            kind = bool(cues.courtesy.match(text))
            backed = {word: (thanked if kind else said)[word] - reply.weight for word in words}
            fitting = [word for word in words if (word in known and not kind) or backed[word] >= ELSEWHERE * whole]
            fits = len(fitting) >= (1 if kind else FITS) * len(words)
            asked = asked_in(text, cues) if text.endswith("?") or cues.asking.search(text) else []
            if asked and all(has(case, fact) for fact in asked):
                continue
            fits = fits or bool(asked)
            if not _is_agreed(words, _marks(text, cues), elsewhere, least):
                continue
            if text.endswith("?") and len(words) < ASKS and not cues.offer.search(text):
                continue
            if len(words) < SAYS and not cues.courtesy.match(text) and not steps_of(text, cues):
                continue
            leans = cues.anaphora.match(text) or len(text) > LONGEST
            if (
                fits
                and not leans
                and not any(words <= before for before in told)
                and holds_for_anybody(text, f"{own} {others}", cues)
            ):
                out.append(Candidate(finished(text), reply.source, place, words, leans=False))
    return out


def _marks(sentence: str, cues: Cues) -> set[str]:
    """Give what a sentence can share with one in other words: a fact it asks for, another channel, brief courtesy."""
    steps = steps_of(sentence, cues)
    shared = {step for step in steps if step.startswith("ask: ") or step == "message"}
    # With more words than that it thanks for something in particular.
    return shared or (steps & cues.once if len(stems(sentence, cues)) <= ASKS else set())


def _is_agreed(
    words: frozenset[str],
    marks: set[str],
    elsewhere: list[tuple[float, list[tuple[frozenset[str], set[str]]]]],
    least: float,
) -> bool:
    """Tell a sentence that other replies have too."""
    backing = sum(
        weight
        for weight, reply in elsewhere
        if any(marks & theirs or _f1(words, told) >= ALIKE for told, theirs in reply)
    )
    return backing >= least * sum(weight for weight, _ in elsewhere) > 0


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
