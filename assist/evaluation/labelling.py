"""Measures of labels told to texts, and the plain classifiers that triage is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC

BINS = 15
BLOCK = 1_000
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """What a classifier says of some texts: a label each, how sure it is (0-1), and how familiar the text looks."""

    labels: NDArray[np.str_]
    confidence: Numbers | None = None
    familiar: Numbers | None = None

    @classmethod
    def joined(cls, parts: Sequence[Told]) -> Told:
        """Give the answers of several folds in one."""
        confidence = [part.confidence for part in parts if part.confidence is not None]
        familiar = [part.familiar for part in parts if part.familiar is not None]
        return cls(
            np.concatenate([part.labels for part in parts]),
            np.concatenate(confidence) if confidence else None,
            np.concatenate(familiar) if familiar else None,
        )


def macro_f1(labels: NDArray[np.str_], told: NDArray[np.str_]) -> float:
    """Give the mean F1 of the labels that occur, each counted the same; NaN without rows."""
    if not len(labels):
        return float("nan")
    names, numbers = np.unique(np.concatenate([labels, told]), return_inverse=True)
    wanted, got = numbers[: len(labels)], numbers[len(labels) :]
    count = len(names)
    true = np.bincount(wanted, minlength=count)
    both = true + np.bincount(got, minlength=count)
    hits = np.bincount(wanted[wanted == got], minlength=count)
    return float((2 * hits[true > 0] / both[true > 0]).mean())


def calibration_error(right: Flags, confidence: Numbers) -> float:
    """Give the expected calibration error over 15 bins of equal width (Guo et al. 2017); NaN without rows.

    It is never 0 on few rows: 325 rows of a classifier that is right as often as it says give about .06.
    """
    if not len(right):
        return float("nan")
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))


def auroc(fits: Flags, familiar: Numbers) -> float:
    """Give how often a text that fits a label looks more familiar than one that fits none; NaN without both."""
    return float(roc_auc_score(fits, familiar)) if 0 < fits.sum() < len(fits) else float("nan")


def plain_means(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    labels: NDArray[np.str_],
    taught: NDArray[np.int64],
    asked: NDArray[np.int64],
) -> dict[str, Told]:
    """Give what plain classifiers say of the rows `asked`, having learned from the rows `taught`."""
    return dict(_each(texts, vectors, labels, taught, asked))


def _each(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    labels: NDArray[np.str_],
    taught: NDArray[np.int64],
    asked: NDArray[np.int64],
) -> Iterator[tuple[str, Told]]:
    linear = LogisticRegression(C=10.0, max_iter=300).fit(vectors[taught], labels[taught])
    shares = linear.predict_proba(vectors[asked])
    top = shares.max(axis=1)
    yield "encoder + logistic regression", Told(linear.classes_[shares.argmax(axis=1)], top, top)

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    machine = LinearSVC(C=1.0, random_state=0).fit(words.fit_transform([texts[at] for at in taught]), labels[taught])
    scores = machine.decision_function(words.transform([texts[at] for at in asked]))
    if scores.ndim == 1:
        scores = np.stack([-scores, scores], axis=1)
    yield "TF-IDF + linear SVM", Told(machine.classes_[scores.argmax(axis=1)], familiar=scores.max(axis=1))

    nearest = np.empty(len(asked), dtype=np.int64)
    cosines = np.empty(len(asked))
    for start in range(0, len(asked), BLOCK):
        likeness = vectors[asked[start : start + BLOCK]] @ vectors[taught].T
        nearest[start : start + BLOCK] = likeness.argmax(axis=1)
        cosines[start : start + BLOCK] = likeness.max(axis=1)
    yield "encoder + nearest neighbour", Told(labels[taught][nearest], familiar=cosines)

    frequent = Counter(labels[taught].tolist()).most_common(1)[0][0]
    yield "majority", Told(np.full(len(asked), frequent))
