"""Chooses the sentences of sources that answer a question: word overlap, rarity, place, and no repetition."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist.case import Sentence, Source
from assist.generation.cues import Cues
from assist.generation.particulars import belongs_to_other_case
from assist.generation.places import is_elsewhere
from assist.generation.sections import is_label, sentences_of
from assist.generation.words import overlap, rarity, similarity, stems
from assist.helpdesk import Visibility

# Relevance against novelty in maximal marginal relevance (Carbonell and Goldstein 1998).
RELEVANCE = 0.72
LONGEST = 320
# Words in common with the question that a sentence of a doubtful source needs; one of a sure source may say it in
# other words.
FIT = 0.35
# A long question need not be met in all its words: as much as this many rare ones is a full answer.
ENOUGH, ENOUGH_BEHIND = 5, 8
# What is said beside the best sentence must be worth this part of it.
BAR = 0.45
# Another ticket answered another customer; it must say nearly as much.
BAR_ASIDE = 0.65
# An article's first sentence is its answer, whatever its words.
FIT_LEAD = 0.05
# With so many of its sentences for staff, the others are too.
STAFF = 0.2


# "[amount]", "Explain: 'Your balance …", "a regular member:, 0 free bags": instructions to staff, not an answer.
_FORM = re.compile(r"\[[A-Za-z][^\]]*\]|[:,],|: >|^\w+(?: \w+){0,4}: ?['‘]|\b(?:explain|say|tell them):|^[A-Z][.)] ")


@dataclass
class Candidate:
    """A sentence of a source that may be said, with its place in the source and what it is worth (0-1, roughly)."""

    text: str
    source: Source
    place: int
    stems: frozenset[str]
    leans: bool
    worth: float = 0.0
    heading: str = ""

    @property
    def internal(self) -> bool:
        """Tell a sentence of an article that is for staff."""
        return self.source.visibility == Visibility.INTERNAL and self.source.kind == "article"


def candidates(
    sources: list[Source], cues: Cues, language: str | None, places: frozenset[str] = frozenset()
) -> list[Candidate]:
    """Give every sentence of the sources that holds for everybody, in the language of the case.

    Of the countries only those of the case (`places`) may be named; when it names none, an article still may.
    """
    found: list[Candidate] = []
    for source in sources:
        if not speaks(source, language):
            continue
        is_ticket = source.kind == "ticket"
        told_in = list(sentences_of(source.text, cues, headed=not is_ticket))
        if not is_ticket and _is_for_staff([told.text for told in told_in], cues):
            continue
        if is_ticket and places and is_elsewhere(f"{source.title} {source.problem or ''} {source.text}", places):
            continue
        for told in told_in:
            text = told.text
            away = (places or is_ticket) and (is_elsewhere(text, places) or is_elsewhere(told.heading, places))
            if _is_sayable(text, cues) and not away and not belongs_to_other_case(text, source, cues):
                words = frozenset(stems(text, cues))
                leans = bool(cues.anaphora.match(text))
                found.append(Candidate(finished(text), source, told.place, words, leans, heading=told.heading))
    return found


def _is_for_staff(sentences: list[str], cues: Cues) -> bool:
    """Tell a passage of a manual for agents, whatever its visibility says: many of its sentences speak to them."""
    spoken = sum(bool(cues.for_staff.search(text)) for text in sentences)
    return spoken > 1 and spoken >= STAFF * len(sentences)


def speaks(source: Source, language: str | None) -> bool:
    """Tell whether a source is in this language, as far as anybody knows."""
    return not source.language or not language or source.language.split("-")[0] == language.split("-")[0]


def _is_sayable(text: str, cues: Cues) -> bool:
    """Tell a sentence that can be said to a customer from headings, broken lists, templates and courtesy."""
    whole = len(text.split()) >= 3 and len(text) <= LONGEST and not text.endswith((":", "…"))
    return whole and not is_label(text) and not _FORM.search(text) and not cues.courtesy.match(text)


def choose(
    pool: list[Candidate], question: str, context: str, cues: Cues, *, most: int = 4, least: float = 0.1
) -> list[Candidate]:
    """Choose at most `most` sentences worth at least `least`, in reading order: best source first, then by place."""
    if not pool:
        return []
    _weigh(pool, set(stems(question, cues)), set(stems(context, cues)), cues)
    chosen: list[Candidate] = []
    rest = [candidate for candidate in pool if candidate.worth >= least]
    while rest and len(chosen) < most:
        best = max(rest, key=lambda c: _marginal(c, chosen))
        rest.remove(best)
        if chosen and (best.worth < _bar(best, chosen[0]) or _repeats(best, chosen)):
            continue
        chosen.append(best)
    chosen = _with_what_they_lean_on(chosen, pool, most)
    order = {source: rank for rank, source in enumerate(dict.fromkeys(c.source.record_id for c in chosen))}
    return sorted(chosen, key=lambda c: (order[c.source.record_id], c.place))


def as_sentences(chosen: list[Candidate]) -> list[Sentence]:
    """Give chosen candidates as cited sentences; each source starts a paragraph."""
    out: list[Sentence] = []
    last = -1
    for candidate in chosen:
        paragraph = candidate.source.n != last
        last = candidate.source.n
        out.append(
            Sentence(
                text=candidate.text, kind="sourced", sources=[last], internal=candidate.internal, paragraph=paragraph
            )
        )
    return out


def coverage(question: str, chosen: list[Candidate], cues: Cues) -> float:
    """Give the part of the question's content words that the chosen sentences and their titles mention, 0-1."""
    asked = set(stems(question, cues))
    said: set[str] = set()
    for candidate in chosen:
        said |= candidate.stems | set(stems(f"{candidate.source.title} {candidate.source.problem or ''}", cues))
    return len(asked & said) / len(asked) if asked else 0.0


def _weigh(pool: list[Candidate], question: set[str], context: set[str], cues: Cues) -> None:
    rare = rarity(set(candidate.stems) for candidate in pool)
    # What no candidate mentions counts too, or one word in common would look like an answer to everything.
    unheard = max(rare.values(), default=1.0)
    total = min(sum(rare.get(word, unheard) for word in question), ENOUGH * unheard) or 1.0
    behind = min(sum(rare.get(word, unheard) for word in context - question), ENOUGH_BEHIND * unheard) or 1.0
    for candidate in pool:
        source = candidate.source
        shared = sum(rare[word] for word in candidate.stems & question) / total
        around = sum(rare[word] for word in candidate.stems & (context - question)) / behind
        about = set(stems(f"{source.title} {source.problem or ''}", cues))
        topic = len(about & question) / len(question) if question else 0.0
        under = sum(rare.get(word, 0.0) for word in set(stems(candidate.heading, cues)) & question) / total
        how = 0.08 if cues.advice.search(candidate.text) else 0.0
        # An article says the main thing first; a conversation does not.
        place = (0.18 if source.kind == "article" else 0.1) / (1 + candidate.place)
        doubt = 0.15 if source.outcome == "reopened" else 0.0
        words = shared + 0.5 * around + 0.4 * topic + 0.5 * under
        lead = source.kind == "article" and candidate.place == 0
        fits = words >= (FIT_LEAD if lead else FIT * (1 - source.score))
        candidate.worth = words + 0.25 * source.score + how + place - doubt if fits else 0.0


def _bar(candidate: Candidate, best: Candidate) -> float:
    """Give the worth from which on a sentence is said beside the best."""
    aside = candidate.source.kind == "ticket" and candidate.source.record_id != best.source.record_id
    return (BAR_ASIDE if aside else BAR) * best.worth


def _marginal(candidate: Candidate, chosen: list[Candidate]) -> float:
    nearest = max((similarity(set(candidate.stems), set(other.stems)) for other in chosen), default=0.0)
    return RELEVANCE * candidate.worth - (1 - RELEVANCE) * nearest


def _repeats(candidate: Candidate, chosen: list[Candidate]) -> bool:
    return any(says_again(candidate, set(other.stems)) for other in chosen)


def says_again(candidate: Candidate, told: set[str]) -> bool:
    """Tell whether words that were told hold what this candidate says."""
    own = set(candidate.stems)
    return similarity(own, told) > 0.6 or (min(len(own), len(told)) > 3 and overlap(own, told) > 0.75)


def _with_what_they_lean_on(chosen: list[Candidate], pool: list[Candidate], most: int) -> list[Candidate]:
    """Put the sentence before one that starts with "This" or "Then", or leave that one out."""
    at = {(candidate.source.record_id, candidate.place): candidate for candidate in pool}
    kept: list[Candidate] = []
    for candidate in chosen:
        needed = [candidate]
        while needed[0].leans:
            before = at.get((needed[0].source.record_id, needed[0].place - 1))
            if before is None:
                needed = []
                break
            needed.insert(0, before)
        new = [one for one in needed if one not in kept]
        if new and len(kept) + len(new) <= most + 1:
            kept.extend(new)
    return kept


def finished(text: str) -> str:
    """End a sentence that has no end."""
    return text if text.endswith((".", "!", "?")) else text + "."
