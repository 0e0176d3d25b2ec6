"""What a task of `assist eval` found on one dataset, with baselines of the same run and intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist import __version__

RESAMPLES = 1_000
WORST = 20
LIBRARIES = ("faiss-cpu", "onnxruntime", "spacy", "presidio-analyzer", "tantivy")
Values = Mapping[str, Sequence[float]]
# A figure of a whole dataset that is no mean over its rows, such as an AUROC: takes the numbers of the rows to count,
# `(n,) int64`, some of them twice.
Statistic = Callable[[NDArray[np.int64]], float]


@dataclass(frozen=True)
class Case:
    """One row of a dataset as the report shows it: what was asked, what was expected, what came."""

    id: str
    score: float
    asked: str
    expected: str
    got: str


@dataclass(frozen=True)
class Plot:
    """A curve of the report: points `(x, y)`, both 0-1, and what the axes are; `diagonal` draws what chance or
    perfect calibration would give."""

    title: str
    x: str
    y: str
    points: Sequence[tuple[float, float]]
    diagonal: bool = True


@dataclass
class Result:
    """One dataset's figures.

    Two runs are compared by `items`, the metrics that are means, row by row, and by `draws`, the other metrics over
    `RESAMPLES` bootstrap samples, which hold the same rows in every run.
    """

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
    draws: dict[str, list[float]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but plots and cases as JSON: cases may hold texts that a licence keeps here."""
        return {name: value for name, value in vars(self).items() if name not in {"cases", "plots"}}


def result(
    task: str,
    dataset: str,
    items: Values,
    *,
    statistics: Mapping[str, Statistic] | None = None,
    n: int | None = None,
    baseline: Mapping[str, Values | Mapping[str, float]] | None = None,
    seconds: Sequence[float] = (),
    engine: str = "extractive",
    cases: Sequence[Case] = (),
    plots: Sequence[Plot] = (),
) -> Result:
    """Sum up a dataset's figures with their bootstrap intervals.

    `items`: metrics that are means, one value for every row they apply to. `statistics`: metrics that are not, over
    `n` rows; one whose sample has nothing to measure gives NaN, and that sample is left out of the interval. A
    baseline holds its figures, or rows to take the mean of.
    """
    milliseconds = 1000 * np.asarray(seconds or [0.0])
    rows = n if n is not None else max((len(values) for values in items.values()), default=0)
    others = statistics or {}
    draws = {name: drawn(statistic, rows) for name, statistic in others.items()}
    every = np.arange(rows)
    return Result(
        task=task,
        dataset=dataset,
        n=rows,
        metrics={name: _mean(values) for name, values in items.items()}
        | {name: float(statistic(every)) for name, statistic in others.items()},
        latency_ms={f"p{share}": float(np.percentile(milliseconds, share)) for share in (50, 95)},
        engine=engine,
        versions={"agent-assist": __version__} | {name: version(name) for name in LIBRARIES},
        baseline={
            name: {metric: value if isinstance(value, float) else _mean(value) for metric, value in told.items()}
            for name, told in (baseline or {}).items()
        },
        confidence={name: list(interval(values)) for name, values in items.items()}
        | {name: list(quantiles(values)) for name, values in draws.items()},
        items={name: [float(value) for value in values] for name, values in items.items()},
        draws={name: [round(float(value), 5) for value in values] for name, values in draws.items()},
        cases=sorted(cases, key=lambda case: case.score)[:WORST],
        plots=list(plots),
    )


def interval(values: Sequence[float], share: float = 0.95) -> tuple[float, float]:
    """Give the bootstrap interval of a mean; the same rows always give the same."""
    return quantiles(resampled(np.asarray(values, dtype=float)), share)


def quantiles(draws: NDArray[np.float64], share: float = 0.95) -> tuple[float, float]:
    """Give the interval that holds `share` of what bootstrap samples gave; 0 to 0 where none gave anything."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def resampled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give means of `values` drawn anew with replacement, `(RESAMPLES,)`."""
    return drawn(lambda rows: float(values[rows].mean()), len(values))


def drawn(statistic: Statistic, n: int) -> NDArray[np.float64]:
    """Give a statistic over bootstrap samples of `n` rows, `(RESAMPLES,)`; the samples depend on `n` alone."""
    if not n:
        return np.zeros(RESAMPLES)
    dice = np.random.default_rng(0)
    return np.array([statistic(dice.integers(0, n, n)) for _ in range(RESAMPLES)])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
