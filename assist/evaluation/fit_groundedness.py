"""Fits the weights of `assist.guards.grounding`: `python -m assist.evaluation.fit_groundedness DATA [--write]`.

Logistic regression on standardised measures, on the `dev` part alone. Classes and datasets weigh the same, so that .5
parts the classes; a dataset with many responses to one context weighs double, since telling small changes of one
text apart is what the guard is for. Prints AUROC cross-validated by document, and with each dataset left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from assist.evaluation.data import Data, read
from assist.evaluation.statements import FOLDER, with_contexts
from assist.guards.grounding.comparison import compare
from assist.guards.grounding.model import WEIGHTS, indexed
from assist.guards.grounding.reading import reader

STRENGTH = 1 / 30
FOLDS = 5
# A measure that fewer rows have gets no weight: chance would choose it.
SELDOM = 40
Floats = NDArray[np.float64]


def main(folder: Path, *, write: bool) -> None:
    """Measure every row, print how well the weights hold up, and write them where `write` says so."""
    data = Data(folder)
    files = sorted((folder / FOLDER / "dev").glob("*.jsonl"))
    measured, labels, sets, documents = [], [], [], []
    for file in files:
        for row in with_contexts(data, list(read(file))):
            measured.append(compare(reader().read(row["response"]), indexed((row["context"],))).measures)
            labels.append(row["label"])
            sets.append(file.stem)
            documents.append(row["context"])
    met = Counter(name for one in measured for name, value in one.items() if value)
    names = sorted(name for name, rows in met.items() if rows >= SELDOM)
    print("too seldom to fit:", {name: rows for name, rows in met.items() if rows < SELDOM})
    x = np.array([[one.get(name, 0.0) for name in names] for one in measured])
    y, dataset = np.array(labels), np.array(sets)
    sharing = {name: len(set(np.array(documents)[dataset == name])) * 2 < sum(dataset == name) for name in set(sets)}
    weight = _weights(y, dataset, sharing)
    by_fold = np.zeros(len(y))
    for train, rest in GroupKFold(FOLDS).split(x, y, documents):
        by_fold[rest] = _decide(_fit(x[train], y[train], weight[train]), x[rest])
    for name in sorted(sharing):
        own = dataset == name
        left_out = _decide(_fit(x[~own], y[~own], weight[~own]), x[own])
        print(
            f"{name}: auroc {roc_auc_score(y[own], by_fold[own]):.3f}, "
            f"balanced accuracy {balanced_accuracy_score(y[own], by_fold[own] > 0):.3f} by document; "
            f"auroc {roc_auc_score(y[own], left_out):.3f} when learned from the other datasets"
        )
    weights, intercept = _fit(x, y, weight)
    told = {"intercept": round(intercept, 4), "weights": dict(zip(names, weights.round(4).tolist(), strict=True))}
    print(json.dumps(told, indent=1))
    if write:
        WEIGHTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _weights(y: NDArray[np.int64], dataset: NDArray[np.str_], sharing: dict[str, bool]) -> Floats:
    weight = np.zeros(len(y))
    for name, shares in sharing.items():
        for label in (0, 1):
            rows = (dataset == name) & (y == label)
            weight[rows] = (2 if shares else 1) / rows.sum()
    scaled: Floats = weight / weight.mean()
    return scaled


def _fit(x: Floats, y: NDArray[np.int64], weight: Floats) -> tuple[Floats, float]:
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=STRENGTH, max_iter=1_000).fit((x - middle) / spread, y, sample_weight=weight)
    weights = np.asarray(fitted.coef_[0] / spread, dtype=np.float64)
    return weights, float(fitted.intercept_[0] - weights @ middle)


def _decide(model: tuple[Floats, float], x: Floats) -> Floats:
    found: Floats = x @ model[0] + model[1]
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv[2:])
