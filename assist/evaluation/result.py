"""What a task of `assist eval` found on one dataset, with baselines of the same run and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist import __version__

RESAMPLES = 1_000
LIBRARIES = ("faiss-cpu", "onnxruntime", "spacy", "presidio-analyzer", "tantivy")
Values = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Case:
    """One row of a dataset as the report shows it: what was asked, what was expected, what came."""

    id: str
    score: float
    asked: str
    expected: str
    got: str


@dataclass
class Result:
    """One dataset's figures. `items` are the metrics row by row, by which two runs are compared."""

    task: str
    dataset: str
    n: int
    metrics: dict[str, float]
    latency_ms: dict[str, float] = field(default_factory=dict)
    engine: str = "extractive"
    versions: dict[str, str] = field(default_factory=dict)
    baseline: dict[str, dict[str, float]] = field(default_factory=dict)
    confidence: dict[str, list[float]] = field(default_factory=dict)
    items: dict[str, list[float]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but the cases as JSON: those may hold texts that a licence keeps here."""
        return {name: value for name, value in vars(self).items() if name != "cases"}


def result(
    task: str,
    dataset: str,
    items: Values,
    *,
    baseline: Mapping[str, Values] | None = None,
    seconds: Sequence[float] = (),
    engine: str = "extractive",
    cases: Sequence[Case] = (),
) -> Result:
    """Sum up metrics that are means over rows; `items` and each baseline hold one value a row."""
    milliseconds = 1000 * np.asarray(seconds or [0.0])
    return Result(
        task=task,
        dataset=dataset,
        n=max((len(values) for values in items.values()), default=0),
        metrics={name: _mean(values) for name, values in items.items()},
        latency_ms={f"p{share}": float(np.percentile(milliseconds, share)) for share in (50, 95)},
        engine=engine,
        versions={"agent-assist": __version__} | {name: version(name) for name in LIBRARIES},
        baseline={
            name: {metric: _mean(values) for metric, values in rows.items()} for name, rows in (baseline or {}).items()
        },
        confidence={name: list(interval(values)) for name, values in items.items()},
        items={name: [float(value) for value in values] for name, values in items.items()},
        cases=sorted(cases, key=lambda case: case.score)[:20],
    )


def interval(values: Sequence[float], share: float = 0.95) -> tuple[float, float]:
    """Give the bootstrap interval of a mean; the same rows always give the same."""
    means = resampled(np.asarray(values, dtype=float))
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def resampled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give means of `values` drawn anew with replacement, `(RESAMPLES,)`."""
    if not len(values):
        return np.zeros(RESAMPLES)
    dice = np.random.default_rng(0)
    return np.array([values[dice.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
