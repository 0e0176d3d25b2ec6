"""Turns cosine and BM25 into one score that means the same for every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Fitted by logistic regression on questions with a known right ticket or article and on questions from other domains
# that have none; rounded. A cosine is comparable between questions, a BM25 score is not: what counts is how far it
# stands out among the candidates. So shared words win where one text reuses them, meaning where all paraphrase.
COSINE = 11.0
STANDING_OUT = 5.2
# Of a question of three words, one that is shared says little yet.
FEW_WORDS = 30.0
# Where even the best text has less than this share of the question's words, none reuses them: what stands out by words
# then shares a rare word by chance, and meaning decides. With a history behind it a question has more words than any
# text reuses, and those of them that one does reuse were said twice.
REUSED = 0.2
# A passage about the thing that the conversation is about, and one about another thing of the same kind.
ON_TOPIC = 2.5
OTHER_TOPIC = -4.0
# Measured with this offset on four datasets: of questions from other domains 3.6-9.3% find something over .30, the
# default floor (2.4-8.7% over .35, 5.2-10% over .25); of right first sources for known cases 98% stay (98%, 99%).
OFFSET = -7.9
MOST = 4.0
# A paraphrase may share no word at all. A cosine that questions without an answer hardly ever reach then lifts a source
# over the floor by itself, but not over one that the words confirm.
ALONE = 0.45
ALONE_FROM = 0.6
ALONE_SLOPE = 25.0
POOL = 30
SPREAD = 0.02
# The cosine to expect of a record that has no vector yet, from the share of the question's words that it has.
GUESS = (0.14, 0.88)
# Of a ticket's two records the nearer one says more.
NEARER = 0.75

# In units of the score's logit. An article was written and approved for every customer, in fewer words than a
# conversation has in common with another; a ticket was the answer once.
ARTICLE = 0.7
REOPENED = -0.7
CSAT_POINT = 0.15
YEAR = -0.15
OLDEST_YEARS = 3.0


@dataclass(frozen=True)
class Outcome:
    """How a ticket went."""

    reopened: bool = False
    csat: int | None = None
    age_days: int = 0


def cosine(records: Sequence[float], share: float) -> float:
    """Give the cosine of a unit from those of its records; guessed from `share` when it has no vector yet."""
    if not records:
        base, slope = GUESS
        return base + slope * share
    return NEARER * max(records) + (1 - NEARER) * min(records)


def relevance(cosines: Numbers, shares: Numbers, size: float, bearing: Numbers, *, alone: bool = False) -> Numbers:
    """Give the relevance 0-1 of all candidates of one question.

    `cosines`: see `cosine`; `shares`: BM25 divided by the score of an ideal match, 0 for a candidate without a word
    in common; `bearing`: 1 about what the conversation is about, -1 about another thing, 0 about none or not known.
    All `(n,)`. `size`: the number of telling words in the question; `alone`: nothing was said before it.
    """
    if not len(shares):
        return shares
    best = np.sort(shares)[-POOL:]
    standing_out = np.clip((shares - best.mean()) / (best.std() + SPREAD), -1.0, MOST)
    reused = min(1.0, float(best[-1]) / REUSED) if alone else 1.0
    words = STANDING_OUT * size / (size + FEW_WORDS) * reused
    topic = np.where(bearing > 0, ON_TOPIC, OTHER_TOPIC * (bearing < 0))
    fused = _sigmoid(COSINE * cosines + words * standing_out + OFFSET + topic)
    return np.maximum(fused, ALONE * _sigmoid(ALONE_SLOPE * (cosines - ALONE_FROM) + topic))


def with_outcome(relevance: float, outcome: Outcome) -> float:
    """Move a relevance a little by how the ticket went: satisfied customers up, reopened and old tickets down."""
    shift = REOPENED if outcome.reopened else 0.0
    shift += CSAT_POINT * (outcome.csat - 3) if outcome.csat is not None else 0.0
    shift += YEAR * min(max(outcome.age_days, 0) / 365.25, OLDEST_YEARS)
    return _shifted(relevance, shift)


def for_everybody(relevance: float) -> float:
    """Move the relevance of an article's passage up."""
    return _shifted(relevance, ARTICLE)


def _shifted(relevance: float, shift: float) -> float:
    return float(_sigmoid(np.log(relevance / (1 - relevance)) + shift)) if 0 < relevance < 1 else relevance


def _sigmoid(values: Numbers) -> Numbers:
    out: Numbers = 1 / (1 + np.exp(-values))
    return out
