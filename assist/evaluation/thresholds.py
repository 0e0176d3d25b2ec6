"""What `assist eval` must reach, from `thresholds.yaml`, the one file that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from assist.evaluation.result import Result


class Bound(BaseModel):
    """What one metric must keep: a figure, or a ratio to the best baseline of the same run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: float | None = None
    at_most: float | None = None
    of_best: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Bound:
        if self.at_least is self.at_most is self.of_best is None:
            raise ValueError("a bound needs at_least, at_most or of_best")
        return self


# Scope ("full" or "slice"), task, pattern of dataset names, metric. Where several patterns fit, all of them hold.
Thresholds = dict[str, dict[str, dict[str, dict[str, Bound]]]]


@dataclass(frozen=True)
class Verdict:
    """One bound held against what was measured; `wanted` is for people, "≥ 0.35"."""

    task: str
    dataset: str
    metric: str
    value: float
    wanted: str
    met: bool


@cache
def load() -> Thresholds:
    """Read the file; raises `pydantic.ValidationError` when it says something nobody understands."""
    told = yaml.safe_load((Path(__file__).parent / "thresholds.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(Thresholds).validate_python(told)


def verdicts(results: Iterable[Result], *, limited: bool, thresholds: Thresholds | None = None) -> list[Verdict]:
    """Hold results against the bounds: those of whole datasets, or where rows were `limited` those of a slice.

    A metric that a bound names and a result lacks counts as missed: a check must not pass because nothing was measured.
    """
    bounds = (thresholds if thresholds is not None else load()).get("slice" if limited else "full", {})
    found = []
    for one in results:
        for pattern, metrics in bounds.get(one.task, {}).items():
            if fnmatchcase(one.dataset, pattern):
                found += [verdict for name, bound in metrics.items() for verdict in _hold(one, name, bound)]
    return found


def _hold(one: Result, name: str, bound: Bound) -> Iterable[Verdict]:
    value = one.metrics.get(name, float("nan"))
    best = max((told[name] for told in one.baseline.values() if name in told), default=float("nan"))
    if bound.at_least is not None:
        yield Verdict(one.task, one.dataset, name, value, f"≥ {bound.at_least:g}", value >= bound.at_least)
    if bound.at_most is not None:
        yield Verdict(one.task, one.dataset, name, value, f"≤ {bound.at_most:g}", value <= bound.at_most)
    if bound.of_best is not None:
        wanted = f"≥ {bound.of_best:g} x {best:.3f}"
        yield Verdict(one.task, one.dataset, name, value, wanted, value >= bound.of_best * best)
