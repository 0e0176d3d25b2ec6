"""Triage: is the intent told right, how honest is its confidence, and is what fits no label noticed?"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from assist.desk.opening import opening
from assist.errors import InvalidInput
from assist.evaluation.curves import reliability, roc
from assist.evaluation.data import Data, Row, read
from assist.evaluation.labelling import Told, auroc, calibration_error, macro_f1, plain_means
from assist.evaluation.result import Case, Result, result
from assist.retrieval import encoder as encoders
from assist.retrieval.encoder import Encoder, Vectors, in_depth
from assist.settings import Settings
from assist.triage.intent import MOST_ROWS, IntentClassifier

NAME = "triage"
FOLDER = "triage"
ORDER = 3
# The label of rows that fit none of the others.
NONE_FITS = "oos"
FOLDS = 5
# With a limit, so many rows of each label are kept, of as few labels as that takes.
OF_A_LABEL = 20
TIMED = 200
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class _Set:
    """A dataset's rows with what the classifier reads of them, and how long reading one took."""

    rows: list[Row]
    texts: list[str]
    labels: NDArray[np.str_]
    vectors: Vectors
    inner: Vectors
    seconds: float

    def without_oos(self, rows: Rows) -> Rows:
        kept: Rows = rows[self.labels[rows] != NONE_FITS]
        return kept


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Learn every dataset's labels with the product's classifier and judge rows that it has not seen.

    Learns on `dev` and reports on `test` where there is one, else by 5-fold stratified cross-validation. `accuracy` and
    `macro_f1` count rows that have a label, whether the product would say it or "other"; rows labelled `oos` are never
    learned from and count for `oos_auroc` alone, by how familiar a text looks. `ece`: 15 bins of equal width.
    `training_s`: encoding and learning (of at most 10,000 examples, which is what the product takes).
    """
    encoder = encoders.connect(settings)
    for file in data.datasets(FOLDER):
        asked, taught = _rows(data, file)
        if not asked:
            raise InvalidInput(f"{file} has no rows", where="eval", hint="Fetch the data anew, or remove the file.")
        tell(f"{file.stem}: encoding {len(asked) + len(taught):,} …")
        given = _read([*taught, *asked], encoder)
        yield _measure(file.stem, given, len(taught), encoder, tell)


def _rows(data: Data, file: Path) -> tuple[list[Row], list[Row]]:
    """Give the rows to judge and those to learn from; none of the latter: cross-validate."""
    asked, taught = list(read(file)), data.training(file) or []
    if data.limit is None or len(asked) <= data.limit:
        return asked, taught
    # A fixed seed: two runs must measure the same rows.
    dice = random.Random(data.seed)  # noqa: S311
    counted = Counter(row["label"] for row in asked)
    names = [name for name in sorted(counted) if name != NONE_FITS and counted[name] >= OF_A_LABEL // 2]
    kept = set(dice.sample(names, min(len(names), max(2, data.limit // OF_A_LABEL)))) | {NONE_FITS}
    fits = [row for row in asked if row["label"] in kept]
    chosen = sorted(dice.sample(range(len(fits)), min(len(fits), data.limit)))
    return [fits[at] for at in chosen], [row for row in taught if row["label"] in kept]


def _read(rows: list[Row], encoder: Encoder) -> _Set:
    texts = [opening(None, [row["text"]]) for row in rows]
    began = time.perf_counter()
    vectors, inner = in_depth(encoder, texts)
    seconds = (time.perf_counter() - began) / len(rows)
    return _Set(rows, texts, np.array([row["label"] for row in rows]), vectors, inner, seconds)


def _measure(name: str, given: _Set, taught: int, encoder: Encoder, tell: Callable[[str], None]) -> Result:
    every = np.arange(len(given.rows))
    parts = [(every[:taught], every[taught:])] if taught else list(_folds(given))
    told: dict[str, list[Told]] = {"": []}
    training, seconds = 0.0, []
    for number, (some, others) in enumerate(parts, start=1):
        tell(f"{name}: learning {number} of {len(parts)} …")
        learned = given.without_oos(some)
        began = time.perf_counter()
        classifier = IntentClassifier.learn(
            [given.texts[at] for at in learned],
            given.labels[learned].tolist(),
            given.vectors[learned],
            given.inner[learned],
        )
        if classifier is None:
            raise InvalidInput(f"{name} has too few rows of each label", where="eval", hint="Raise --limit.")
        training = max(training, time.perf_counter() - began + given.seconds * min(len(learned), MOST_ROWS))
        told[""].append(_judge(classifier, given, others))
        for other, answer in plain_means(given.texts, given.vectors, given.labels, learned, others).items():
            told.setdefault(other, []).append(answer)
        if number == len(parts):
            seconds = _timed(classifier, given, others[:TIMED], encoder)
    asked = np.concatenate([others for _, others in parts])
    return _result(name, given, asked, told, training, seconds)


def _folds(given: _Set) -> Iterator[tuple[Rows, Rows]]:
    counted = Counter(given.labels.tolist())
    # A label with fewer rows than folds cannot be in all of them.
    usable = np.flatnonzero([counted[label] >= FOLDS for label in given.labels])
    if len(usable) < 2 * FOLDS:
        raise InvalidInput(
            "there are too few rows of each label to cross-validate", where="eval", hint="Raise --limit."
        )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for some, others in folds.split(usable, given.labels[usable]):
        yield usable[some], usable[others]


def _judge(classifier: IntentClassifier, given: _Set, rows: Rows) -> Told:
    found = classifier.judge([given.texts[at] for at in rows], given.vectors[rows], given.inner[rows])
    return Told(
        labels=np.array([one.label for one in found]),
        confidence=np.array([one.confidence for one in found]),
        familiar=np.array([one.familiar for one in found]),
    )


def _timed(classifier: IntentClassifier, given: _Set, rows: Rows, encoder: Encoder) -> list[float]:
    """Time the product's call: encode one text and judge it."""
    seconds = []
    for at in rows:
        began = time.perf_counter()
        classifier.judge([given.texts[at]], *in_depth(encoder, [given.texts[at]]))
        seconds.append(time.perf_counter() - began)
    return seconds


def _result(
    name: str,
    given: _Set,
    asked: Rows,
    told: dict[str, list[Told]],
    training: float,
    seconds: Sequence[float],
) -> Result:
    labels = given.labels[asked]
    fits = labels != NONE_FITS
    whole = {kind: Told.joined(parts) for kind, parts in told.items()}
    own = whole.pop("")
    confidence, familiar = own.confidence, own.familiar
    assert confidence is not None
    assert familiar is not None
    right = own.labels == labels
    statistics = {
        "macro_f1": lambda rows: macro_f1(labels[rows][fits[rows]], own.labels[rows][fits[rows]]),
        "ece": lambda rows: calibration_error(right[rows][fits[rows]], confidence[rows][fits[rows]]),
        "training_s": lambda _: training,
    }
    if not fits.all():
        statistics["oos_auroc"] = lambda rows: auroc(fits[rows], familiar[rows])
    cases = [
        # The surest mistakes first.
        Case(
            given.rows[at]["id"], float(not wrong) - sure * wrong, given.rows[at]["text"], expected, f"{got} {sure:.2f}"
        )
        for at, wrong, sure, expected, got in zip(asked, ~right, confidence, labels, own.labels, strict=True)
        if expected != NONE_FITS
    ]
    return result(
        NAME,
        name,
        {"accuracy": right[fits].astype(float).tolist()},
        statistics=statistics,
        n=len(asked),
        baseline={kind: _figures(one, labels, fits) for kind, one in whole.items()},
        seconds=seconds,
        engine="kernel ridge on meaning and wording",
        cases=cases,
        plots=[
            reliability(right[fits], confidence[fits]),
            *filter(None, [roc(fits, familiar, "messages that fit a label", "those that fit none")]),
        ],
    )


def _figures(told: Told, labels: NDArray[np.str_], fits: NDArray[np.bool_]) -> dict[str, float]:
    right = told.labels == labels
    figures = {
        "accuracy": float(right[fits].mean()),
        "macro_f1": macro_f1(labels[fits], told.labels[fits]),
    }
    if told.confidence is not None:
        figures["ece"] = calibration_error(right[fits], told.confidence[fits])
    if told.familiar is not None and not fits.all():
        figures["oos_auroc"] = auroc(fits, told.familiar)
    return figures
