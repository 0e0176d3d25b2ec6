"""Learns the workspace's own labels from examples: kernel ridge regression on likeness, calibrated, with an "other"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri, spotrs

from assist.triage.calibration import Calibration, Signs
from assist.triage.likeness import Floats, Likeness, Read

# Fewer examples than these teach nothing that holds.
LEAST_ROWS, LEAST_OF_A_LABEL = 20, 3
# Time grows with the third power and memory with the second: 10,000 rows take 400 MB and about a minute.
MOST_ROWS = 10_000
# Few or noisy examples want a stronger ridge than many clear ones; which, is told by so many rows of them.
RIDGES, TRIED_ROWS = (0.3, 1.5), 2_000
# Rows are left out by tenths that hold as much of each label as the rest. One by one, the label of the row left out is
# always a little rarer than it should be: on 260 rows that told 3 points less accuracy than there was.
PARTS = 10
# A lead of less than this is nearly chance: counted so, few rows tell better than plain accuracy which way is better.
CLOSE = 0.05
NEIGHBOURS = 5


@dataclass(frozen=True)
class Judgement:
    """What a text is taken for. `confidence`: the probability that `label` is right; `sure`: it is worth saying.

    `familiar` is low for a text unlike everything learned; `second` is the next likely label.
    """

    label: str
    confidence: float
    sure: bool
    familiar: float
    second: str


@dataclass(frozen=True)
class Learned:
    """How well a classifier tells its own examples, each as if it had been left out.

    `said`: the share that gets a label at all, `right_when_said`: how many of those are right.
    """

    rows: dict[str, int]
    accuracy: float
    said: float
    right_when_said: float


class IntentClassifier:
    """A label for a text, from examples. Made by `learn` or `assist.triage.stored.load`; safe to share.

    Texts come as an encoder should read them, with their unit vectors: this floor knows no encoder.
    """

    def __init__(
        self, labels: Sequence[str], likeness: Likeness, examples: Read, weights: Floats, calibration: Calibration
    ) -> None:
        self.labels = list(labels)
        self.likeness = likeness
        self.examples = examples
        self.weights = weights
        self.calibration = calibration
        # Known where it was learned, not where it was loaded.
        self.learned: Learned | None = None

    @classmethod
    def learn(
        cls, texts: Sequence[str], labels: Sequence[str], vectors: Floats, inner: Floats | None = None
    ) -> IntentClassifier | None:
        """Learn from texts with their labels and unit vectors `(n, dimension)`, the most important rows first.

        `inner`: what the encoder shows beside them, `(n, any)`, which is then to be given to `judge` as well.
        Labels with fewer than 3 examples are left out; None: there are not two labels and 20 examples to learn from.
        Of more than 10,000 rows, as many of each label are taken as leaves room for all.
        """
        rows = _chosen(labels)
        names = sorted({labels[row] for row in rows})
        if len(rows) < LEAST_ROWS or len(names) < 2:
            return None
        chosen = [texts[row] for row in rows]
        seen = _or_nothing(inner, len(texts))[rows]
        number = {name: at for at, name in enumerate(names)}
        classes = np.array([number[labels[row]] for row in rows])
        likeness, ridge = _chosen_ways(Likeness.over(chosen, seen), chosen, vectors[rows], seen, classes)
        examples = likeness.read(chosen, vectors[rows], seen)
        weights, held_out = _solve(likeness.of(examples, examples), classes, len(names), ridge)
        signs = _signs(held_out, _near(examples, examples, itself=True))
        right = held_out.argmax(axis=1) == classes
        calibration = Calibration.fitted(signs, right)
        made = cls(names, likeness, examples, weights, calibration)
        sure = calibration.sure(signs)
        made.learned = Learned(
            rows={name: int((classes == at).sum()) for at, name in enumerate(names)},
            accuracy=float(right.mean()),
            said=float(sure.mean()),
            right_when_said=float(right[sure].mean()) if sure.any() else 0.0,
        )
        return made

    def judge(self, texts: Sequence[str], vectors: Floats, inner: Floats | None = None) -> list[Judgement]:
        """Give a judgement for each text with its unit vector, `(n, dimension)`, and what the encoder shows beside."""
        if not texts:
            return []
        asked = self.likeness.read(texts, vectors, _or_nothing(inner, len(texts)))
        scores = self.likeness.of(asked, self.examples) @ self.weights
        signs = _signs(scores, _near(asked, self.examples))
        order = np.argsort(-scores, axis=1)
        confidence, sure = self.calibration.confidence(signs), self.calibration.sure(signs)
        return [
            Judgement(
                label=self.labels[order[row, 0]],
                confidence=float(confidence[row]),
                sure=bool(sure[row]),
                familiar=float(signs.familiar[row]),
                second=self.labels[order[row, 1]],
            )
            for row in range(len(texts))
        ]


def _chosen(labels: Sequence[str]) -> list[int]:
    counted = Counter(labels)
    kept = [row for row, label in enumerate(labels) if counted[label] >= LEAST_OF_A_LABEL]
    if len(kept) <= MOST_ROWS:
        return kept
    # The n-th example of every label comes before the n+1-th of any.
    seen: Counter[str] = Counter()
    turns = []
    for row in kept:
        turns.append((seen[labels[row]], row))
        seen[labels[row]] += 1
    return sorted(row for _, row in sorted(turns)[:MOST_ROWS])


def _or_nothing(inner: Floats | None, count: int) -> Floats:
    return np.zeros((count, 0), dtype=np.float32) if inner is None else inner


def _chosen_ways(
    likeness: Likeness, texts: Sequence[str], vectors: Floats, inner: Floats, classes: NDArray[np.int64]
) -> tuple[Likeness, float]:
    """Give the likeness, with or without inner layers, and the ridge under which most rows left out are told right."""
    rows = np.random.default_rng(0).permutation(len(classes))[:TRIED_ROWS]
    names, some = np.unique(classes[rows], return_inverse=True)
    part = [texts[row] for row in rows]
    told: dict[tuple[Likeness, float], float] = {}
    for one in [likeness, likeness.shallow()] if len(likeness.middle) else [likeness]:
        read = one.read(part, vectors[rows], inner[rows])
        kernel = one.of(read, read)
        for ridge in RIDGES:
            scores = _solve(kernel.copy(), some, len(names), ridge)[1]
            own = scores[np.arange(len(some)), some]
            scores[np.arange(len(some)), some] = -np.inf
            told[one, ridge] = float((1 / (1 + np.exp((scores.max(axis=1) - own) / CLOSE))).mean())
    return max(told, key=lambda ways: told[ways])


def _solve(kernel: Floats, classes: NDArray[np.int64], count: int, ridge: float) -> tuple[Floats, Floats]:
    """Give the weights `(n, count)` of kernel ridge regression on the labels, and what each row would score had its
    part been left out: `y - B^-1 a` with the part's block `B` of `(K + L)^-1`, exact (Rasmussen and Williams 2006,
    5.4.2, for one row). Overwrites the kernel.

    All labels weigh the same, so that a rare one is not drowned by a frequent one.
    """
    n = len(classes)
    sizes = np.bincount(classes, minlength=count)
    kernel[np.diag_indices(n)] += ridge * sizes[classes] * count / n
    wanted: Floats = np.eye(count, dtype=np.float32)[classes] - np.float32(1 / count)
    # A transposed view is what LAPACK overwrites in place: the matrix is symmetric.
    factor, _ = spotrf(kernel.T, lower=1, overwrite_a=1, clean=0)
    weights, _ = spotrs(factor, wanted, lower=1)
    inverse, _ = spotri(factor, lower=1, overwrite_c=1)
    held_out = wanted.copy()
    # Dealt out label by label.
    turn = np.argsort(np.argsort(classes, kind="stable")) % PARTS
    for part in range(PARTS):
        rows = np.flatnonzero(turn == part)
        if len(rows):
            # Only the lower triangles are filled, which is all that is read.
            block, _ = spotrf(inverse[np.ix_(rows, rows)], lower=1)
            held_out[rows] -= spotrs(block, weights[rows], lower=1)[0]
    return np.ascontiguousarray(weights, dtype=np.float32), held_out


def _near(some: Read, others: Read, *, itself: bool = False) -> Floats:
    """Give the mean cosine of each text's nearest others, leaving out the text itself where they are the same."""
    out = np.zeros(len(some), dtype=np.float32)
    first = int(itself)
    for start in range(0, len(some), 1_000):
        cosines = some.meaning[start : start + 1_000] @ others.meaning.T
        k = min(NEIGHBOURS + first, cosines.shape[1])
        nearest = -np.sort(np.partition(-cosines, k - 1, axis=1)[:, :k], axis=1)
        out[start : start + 1_000] = nearest[:, first:].mean(axis=1)
    return out


def _signs(scores: Floats, near: Floats) -> Signs:
    top = -np.partition(-scores, 1, axis=1)[:, :2]
    return Signs(best=top[:, 0], lead=top[:, 0] - top[:, 1], near=near)
