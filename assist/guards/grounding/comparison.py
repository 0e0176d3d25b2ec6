"""Compares a statement with its evidence word by word: names, numbers, denial, limits, modality, who did what."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence

from assist.guards.grounding import cues
from assist.guards.grounding.differences import Comparison
from assist.guards.grounding.evidence import Evidence, Found
from assist.guards.grounding.lexicon import lexicon
from assist.guards.grounding.reading import Token
from assist.guards.grounding.turns import turns

# How much of a word's weight being found in this way gives.
WORTH = {"same": 1.0, "family": 0.95, "synonym": 0.85, "kind": 0.5, "new": 0.0}
# Sentences of the evidence that a statement is laid beside, each with its neighbours.
BESIDE = 3
# Words that belong together in the statement stand at most this many tokens apart in the evidence.
APART = 12
# The share of a sentence's words from which on a sentence of the evidence says the same, or contradicts it.
SAYS_IT = 0.6
NEW = {"NOUN": "new_things", "ADJ": "new_things", "VERB": "new_verbs"}


def compare(tokens: Sequence[Token], evidence: Evidence) -> Comparison:
    """Compare the sentences of a statement with the evidence."""
    out = Comparison()
    found = {at: evidence.find(token) for at, token in enumerate(tokens) if token.content}
    _shares(out, tokens, found, evidence)
    for number in range(tokens[-1].sentence + 1 if tokens else 0):
        here = [at for at in found if tokens[at].sentence == number]
        near, nearest = _beside(tokens, here, found, evidence)
        says_it = _says_it(tokens, here, found, nearest)
        _words(out, tokens, here, found, near, sure=says_it)
        every = [at for at, token in enumerate(tokens) if token.sentence == number]
        turns(out, tokens, every, found, evidence, nearest if says_it else range(0))
    _relations(out, tokens, found, evidence)
    _speakers(out, tokens, found, evidence)
    return out


def _shares(out: Comparison, tokens: Sequence[Token], found: dict[int, Found], evidence: Evidence) -> None:
    weights = {at: lexicon().rarity(tokens[at].lemma) for at in found}
    total = max(0.1, sum(weights.values()))
    exact = sum(weights[at] for at, one in found.items() if one.kind in ("same", "family"))
    words = [token.low for token in tokens if token.pos != "PUNCT"]
    pairs = list(itertools.pairwise(words))
    shares = {
        "exact": exact / total,
        "meant": sum(weights[at] * WORTH[one.kind] for at, one in found.items()) / total,
        "pairs": sum(pair in evidence.pairs for pair in pairs) / max(1, len(pairs)),
        "reworded": sum(one.kind == "synonym" for one in found.values()) / max(1, len(found)),
        "length": math.log(1 + len(found)),
        "sentences": tokens[-1].sentence + 1 if tokens else 0,
        "empty": float(not found),
        "questions": sum(token.text == "?" for token in tokens),
    }
    # Who speaks of himself, or to somebody, where the evidence does not, says something of his own.
    for name, group in (("self", cues.SELF), ("you", cues.YOU)):
        if not group & evidence.places.keys():
            shares[name] = min(2, sum(token.low in group for token in tokens))
    out.measures.update(shares)


def _says_it(tokens: Sequence[Token], here: Sequence[int], found: dict[int, Found], nearest: range) -> bool:
    """Tell whether a sentence of the evidence has nearly all that is said here."""
    weights = {at: lexicon().rarity(tokens[at].lemma) for at in here}
    has = sum(weights[at] for at in here if any(place in nearest for place in found[at].places))
    return len(here) > 1 and has >= SAYS_IT * sum(weights.values())


def _beside(
    tokens: Sequence[Token], here: Sequence[int], found: dict[int, Found], evidence: Evidence
) -> tuple[set[str], range]:
    """Give the lemmas of the sentences that are nearest to this one, with their neighbours, and the nearest one."""
    scores: dict[int, float] = defaultdict(float)
    for at in here:
        sentences = {evidence.sentence[place] for place in found[at].places}
        for sentence in sentences:
            # What stands everywhere shows nothing.
            worth = lexicon().rarity(tokens[at].lemma) * WORTH[found[at].kind]
            scores[sentence] += worth / (1 + 0.3 * math.log(len(sentences)))
    rank = {one: score + 0.4 * (scores.get(one - 1, 0) + scores.get(one + 1, 0)) for one, score in scores.items()}
    near: set[str] = set()
    for sentence in sorted(rank, key=lambda one: (-rank[one], one))[:BESIDE]:
        for beside in range(max(0, sentence - 1), min(len(evidence.sentences), sentence + 2)):
            near.update(evidence.tokens[place].lemma for place in evidence.sentences[beside])
    best = max(scores, key=lambda one: (scores[one], -one), default=None)
    return near, range(0) if best is None else evidence.sentences[best]


def _words(
    out: Comparison,
    tokens: Sequence[Token],
    here: Sequence[int],
    found: dict[int, Found],
    near: set[str],
    *,
    sure: bool,
) -> None:
    words = lexicon()
    for at in here:
        token, kind = tokens[at], found[at].kind
        if token.number or token.name:
            if kind != "same":
                like = "" if kind == "new" else "_like"
                out.differs("numbers" if token.number else f"names{like}", token, sure=sure and kind == "new")
        elif kind in ("new", "kind"):
            if token.lemma in cues.RETELLING:
                out.measures["retold"] += 1
                continue
            if opposite := min(words.opposites(token.lemma) & near, default="") or _unsaid(token.lemma, near):
                out.differs("contrary", token, opposite, sure=sure)
            elif kind == "new" and token.pos in NEW:
                out.differs(NEW[token.pos], token, min(words.siblings(token.lemma) & near, default=""))
            if _turned(token.lemma):
                out.differs("turned", token)


def _unsaid(word: str, near: set[str]) -> str:
    """Give the word that denies this one, or that this one denies: "unworn" for "worn"."""
    for prefix in cues.PREFIXES:
        for other in (prefix + word, word.removeprefix(prefix)):
            if other != word and len(other) > 3 and other in near and max(word, other, key=len) in lexicon():
                return other
    return ""


def _turned(word: str) -> bool:
    """Tell whether a word denies another: "unsuitable"."""
    for prefix in cues.PREFIXES:
        bare = word.removeprefix(prefix).lstrip("-")
        if bare != word and len(bare) > 3 and bare in lexicon():
            opposites = lexicon().opposites(word)
            if prefix in ("non", "mis") or bare in opposites or any(bare in lexicon().derived(o) for o in opposites):
                return True
    return False


def _relations(out: Comparison, tokens: Sequence[Token], found: dict[int, Found], evidence: Evidence) -> None:
    """Look for words that belong together here and stand apart there: somebody else's deed, another thing's colour."""
    for at, one in found.items():
        head = found.get(tokens[at].head)
        if head is None or tokens[at].head == at or not one.places or not head.places:
            continue
        near = any(
            abs(a - b) <= APART or evidence.sentence[a] == evidence.sentence[b] for a in one.places for b in head.places
        )
        if not near:
            out.measures["apart"] += 1


def _speakers(out: Comparison, tokens: Sequence[Token], found: dict[int, Found], evidence: Evidence) -> None:
    """Count words that a dialogue has from another than the one who is said to have said or done it."""
    if not evidence.speakers:
        return
    names = set(evidence.speakers)
    for at, token in enumerate(tokens):
        if token.dep != "nsubj" or token.low not in names:
            continue
        for other, one in found.items():
            said = tokens[other].lemma not in cues.RETELLING and tokens[other].low not in names
            if said and one.places and _under(tokens, other, token.head) and other != at:
                out.measures["others_words"] += token.low not in {evidence.speakers[place] for place in one.places}


def _under(tokens: Sequence[Token], at: int, head: int) -> bool:
    while tokens[at].head != at and at != head:
        at = tokens[at].head
    return at == head
