"""Finds what turns a sentence around: denial, limits, modality, frequency, and two who change places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assist.guards.grounding import cues
from assist.guards.grounding.differences import Comparison
from assist.guards.grounding.evidence import Evidence, Found
from assist.guards.grounding.reading import Token

# A small word belongs to words at most this many tokens away.
CLOSE = 6
_SUBJECT = ("nsubj",)
_OBJECT = ("dobj", "pobj", "dative")


def turns(
    out: Comparison,
    tokens: Sequence[Token],
    here: Sequence[int],
    found: Mapping[int, Found],
    evidence: Evidence,
    said: range,
) -> None:
    """Compare the small words of a sentence; `said`: the sentence of the evidence that says the same, or empty."""
    sure = bool(said)
    for at in here:
        token = tokens[at]
        around = [one for one in here if tokens[one].head in (token.head, at) or one == token.head]
        places = [place for one in around if one in found for place in found[one].places]
        own = evidence.places.get(token.low) or evidence.places.get(token.lemma) or ()
        if _denies(token) and not evidence.denied(places, CLOSE):
            out.differs("denials", token, sure=sure)
        if token.dep == "neg" and not evidence.denied(places, CLOSE - 2):
            out.measures["denied_verbs"] += 1
        if token.low in cues.DENIAL or token.lemma in cues.DENIAL:
            out.measures["denials_new"] += not own
        if token.low in cues.LIMIT and not own:
            out.differs("limits", token, sure=sure)
        elif token.low in cues.TOTAL and not own and token.low not in cues.STRENGTH:
            out.measures["contrary"] += 1
        if rival := _rival(token, evidence, said):
            out.differs("contrary", token, rival, sure=sure)
    _lost(out, tokens, here, evidence, said)
    _swapped(out, tokens, here, found, evidence, said)


def _denies(token: Token) -> bool:
    return token.low in cues.NOT or token.lemma in cues.NOT


def _rival(token: Token, evidence: Evidence, said: range) -> str:
    """Give the word that says how surely or how often in the evidence, where it says otherwise: "usually"."""
    own = cues.STRENGTH.get(token.low)
    told = {cues.STRENGTH[low]: low for place in said if (low := evidence.tokens[place].low) in cues.STRENGTH}
    if own is None or own in told:
        return ""
    same_kind = [line for line in told if (line < 4) == (own < 4)]
    return told[same_kind[0]] if same_kind else ""


def _lost(out: Comparison, tokens: Sequence[Token], here: Sequence[int], evidence: Evidence, said: range) -> None:
    """Find a denial of the evidence that the sentence leaves out."""
    denials = [place for place in said if _denies(evidence.tokens[place])]
    if not denials or any(tokens[at].low in cues.DENIAL or tokens[at].lemma in cues.DENIAL for at in here):
        return
    words = {tokens[at].lemma: at for at in here if tokens[at].content}
    for place in denials:
        head = evidence.tokens[_head(evidence, place)]
        if head.lemma in words and not any(tokens[at].lemma.startswith(cues.PREFIXES) for at in here):
            out.differs("lost", tokens[words[head.lemma]], f"{evidence.tokens[place].text} {head.text}", sure=True)


def _swapped(
    out: Comparison,
    tokens: Sequence[Token],
    here: Sequence[int],
    found: Mapping[int, Found],
    evidence: Evidence,
    said: range,
) -> None:
    """Find who does here what is done to him there."""
    doers = {tokens[at].lemma: at for at in here if tokens[at].dep in _SUBJECT and at in found}
    done = {tokens[at].lemma for at in here if tokens[at].dep in _OBJECT and at in found}
    their = {evidence.tokens[place].lemma for place in said if evidence.tokens[place].dep in _SUBJECT}
    theirs = {evidence.tokens[place].lemma for place in said if evidence.tokens[place].dep in _OBJECT}
    for doer, at in doers.items():
        others = (their & done) - theirs - doers.keys()
        if doer in theirs - their and others:
            out.differs("swapped", tokens[at], min(others), sure=True)


def _head(evidence: Evidence, place: int) -> int:
    return evidence.offset[place] + evidence.tokens[place].head
