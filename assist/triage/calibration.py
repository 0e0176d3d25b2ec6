"""Turns raw scores into an honest confidence, and chooses where to say "other", from scores on texts held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float32]
# The share of its own tickets that a workspace may lose to "other" for being unlike everything seen.
STRANGE = 0.02
# However alike a workspace's own tickets are, a text this near to some of them is not strange.
NEAR_ENOUGH = 0.6
LEAST_CONFIDENCE = 0.3


@dataclass(frozen=True)
class Signs:
    """What a classifier's scores say about each text, `(n,)` each: the best label's score, its lead over the second
    and the mean cosine of the nearest texts."""

    best: Floats
    lead: Floats
    near: Floats

    @property
    def familiar(self) -> Floats:
        """How much a text is like those learned from; low: none of the labels may fit it."""
        return self.best + self.near


@dataclass(frozen=True)
class Calibration:
    """Platt's logistic curve over the lead, and the two floors below which a label is not said.

    More signs than the lead made the curve worse wherever there were few examples to fit it by.
    """

    slope: float
    bias: float
    confidence_floor: float = 0.0
    familiar_floor: float = 0.0

    @classmethod
    def fitted(cls, signs: Signs, right: NDArray[np.bool_]) -> Calibration:
        """Learn from texts held out and whether their best label was right."""
        # A text that two labels fit the same is right half the time: without errors the curve would know no slope.
        rows = np.append(signs.lead, [0.0, 0.0])[:, None]
        model = LogisticRegression(C=10.0, max_iter=500).fit(rows, np.append(right, [True, False]))
        curve = cls(float(model.coef_[0, 0]), float(model.intercept_[0]))
        return cls(
            curve.slope,
            curve.bias,
            confidence_floor=_worth_saying(curve.confidence(signs), right),
            familiar_floor=min(float(np.quantile(signs.familiar, STRANGE)), NEAR_ENOUGH),
        )

    def confidence(self, signs: Signs) -> Floats:
        """Give the probability that the best label is right, `(n,)`."""
        out: Floats = 1 / (1 + np.exp(-(self.slope * signs.lead + self.bias)))
        return out

    def sure(self, signs: Signs) -> NDArray[np.bool_]:
        """Tell for which texts the best label should be said; for the others it is "other"."""
        return (self.confidence(signs) >= self.confidence_floor) & (signs.familiar >= self.familiar_floor)


def _worth_saying(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Give the confidence from which on saying the label does the most good: a right one helps as a wrong one harms."""
    order = np.argsort(-confidence)
    good = np.cumsum(np.where(right[order], 1.0, -1.0))
    best = int(good.argmax())
    # Where every label is worth saying, the least sure of them sets no bound for texts to come.
    return max(LEAST_CONFIDENCE, float(confidence[order][best])) if best + 1 < len(order) else LEAST_CONFIDENCE
