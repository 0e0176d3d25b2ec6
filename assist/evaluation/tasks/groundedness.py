"""Is a response supported by its context? The product's own comparison, held against plain ones and a judge."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from assist.errors import EngineUnavailable
from assist.evaluation.curves import roc
from assist.evaluation.data import Data, Row
from assist.evaluation.result import Case, Result, result
from assist.evaluation.statements import FOLDER, with_contexts
from assist.generation.engine import Ladder
from assist.generation.prompts import Prompts
from assist.guards.grounding import SUPPORTED, judge
from assist.guards.grounding.model import indexed
from assist.retrieval import encoder as encoders
from assist.retrieval.encoder import Encoder
from assist.settings import Settings

NAME = "groundedness"
ORDER = 6
# A model is asked about this many rows of a dataset at most: it takes seconds for each.
JUDGED = 200
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
Floats = NDArray[np.float64]

__all__ = ["FOLDER", "NAME", "ORDER", "run"]


def run(data: Data, settings: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Score every response; with a chat model set, its verdicts stand beside as the baseline `judge`."""
    ladder = Ladder(settings, Prompts.load())
    encoder = encoders.connect(settings)
    try:
        for file in data.datasets(FOLDER):
            rows = with_contexts(data, data.rows(file))
            labels = np.array([row["label"] for row in rows])
            tell(f"{file.stem}: comparing {len(rows):,} responses …")
            scores, seconds, why = _compared(rows)
            plain = {
                "word overlap": np.array([_overlap(row) for row in rows]),
                "numbers only": np.array([_numbers(row) for row in rows]),
            }
            tell(f"{file.stem}: encoding …")
            plain["encoder"] = _likeness(encoder, rows)
            baseline = {name: _figures(labels, found, _best(labels, found)) for name, found in plain.items()}
            if ladder.first_engine == "llm":
                tell(f"{file.stem}: asking {ladder.first_model} …")
                baseline["judge"] = _judged(ladder, rows)
            yield result(
                NAME,
                file.stem,
                {},
                statistics={
                    "auroc": partial(_auroc_at, labels, scores),
                    "balanced_accuracy": partial(_balanced_at, labels, scores),
                },
                n=len(rows),
                baseline=baseline,
                seconds=seconds,
                cases=[_case(*one) for one in zip(rows, scores.tolist(), why, strict=True)],
                plots=[*filter(None, [roc(labels == 1, scores, "supported responses", "others")])],
            )
    finally:
        ladder.close()


def _compared(rows: Sequence[Row]) -> tuple[Floats, list[float], list[str]]:
    """Give the product's scores, its seconds with the context read before, as in a suggestion, and what it names."""
    scores, seconds, why = [], [], []
    for row in rows:
        context = (row["context"],)
        indexed(context)
        began = time.perf_counter()
        verdict = judge(row["response"], context)
        seconds.append(time.perf_counter() - began)
        scores.append(verdict.score)
        why.append(", ".join(f"{one.measure}: {one.word} {one.instead}".strip() for one in verdict.differences))
    return np.array(scores), seconds, why


def _overlap(row: Row) -> float:
    """Give the share of the response's content words that the context has."""
    told = [word for word in _words(row["response"]) if word not in ENGLISH_STOP_WORDS]
    known = set(_words(row["context"]))
    return sum(word in known for word in told) / len(told) if told else 0.0


def _numbers(row: Row) -> float:
    """Give the share of the response's numbers that the context has; all where it has none."""
    told, known = _NUMBER.findall(row["response"]), set(_NUMBER.findall(row["context"]))
    return sum(number in known for number in told) / len(told) if told else 1.0


def _likeness(encoder: Encoder, rows: Sequence[Row]) -> Floats:
    """Give the cosine of the response and the beginning of the context."""
    texts = sorted({text for row in rows for text in (row["context"], row["response"])})
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    return np.array([float(vectors[row["context"]] @ vectors[row["response"]]) for row in rows])


def _judged(ladder: Ladder, rows: Sequence[Row]) -> dict[str, float]:
    """Give the model's figures over at most `JUDGED` rows; a verdict that does not come counts as undecided."""
    # A fixed seed: two models are asked about the same rows.
    chosen = random.Random(0).sample(list(rows), min(JUDGED, len(rows)))  # noqa: S311
    scores, answered = [], 0
    for row in chosen:
        try:
            scores.append(ladder.judge(row["response"], row["context"]))
            answered += 1
        except EngineUnavailable:
            scores.append(0.5)
    labels = np.array([row["label"] for row in chosen])
    figures = _figures(labels, np.array(scores), SUPPORTED)
    return figures | {"answered": answered / len(chosen), "rows": float(len(chosen))}


def _figures(labels: NDArray[np.int64], scores: Floats, threshold: float) -> dict[str, float]:
    return {"auroc": _auroc(labels, scores), "balanced_accuracy": _balanced(labels, scores >= threshold)}


def _best(labels: NDArray[np.int64], scores: Floats) -> float:
    """Give the threshold that suits a plain method best on these very rows: in its favour, not the product's."""
    return float(max(np.unique(scores), key=lambda threshold: _balanced(labels, scores >= threshold), default=0.5))


def _auroc(labels: NDArray[np.int64], scores: Floats) -> float:
    """Give the AUROC, NaN where the rows are all of one class."""
    return float(roc_auc_score(labels, scores)) if len(np.unique(labels)) == 2 else float("nan")


def _auroc_at(labels: NDArray[np.int64], scores: Floats, rows: NDArray[np.int64]) -> float:
    return _auroc(labels[rows], scores[rows])


def _balanced_at(labels: NDArray[np.int64], scores: Floats, rows: NDArray[np.int64]) -> float:
    return _balanced(labels[rows], scores[rows] >= SUPPORTED)


def _balanced(labels: NDArray[np.int64], supported: NDArray[np.bool_]) -> float:
    return float(balanced_accuracy_score(labels, supported)) if len(np.unique(labels)) == 2 else float("nan")


def _case(row: Row, score: float, why: str) -> Case:
    right = score if row["label"] else 1 - score
    said = "supported" if row["label"] else "not supported"
    return Case(row["id"], right, row["context"], f"{said}: {row['response']}", f"{score:.2f} ({why})")


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
