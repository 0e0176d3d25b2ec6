"""What `assist eval` found: as a table, as JSON, as a page with plots and the worst cases, and against another run."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment
from numpy.typing import NDArray
from rich.table import Table

from assist.errors import InvalidInput
from assist.evaluation.result import Plot, Result, quantiles, resampled
from assist.evaluation.thresholds import Verdict

# Below this, a difference between two runs is called one.
SIGNIFICANT = 0.05


def table(results: Iterable[Result], held: Iterable[Verdict] = ()) -> Table:
    """Give the figures with their intervals, what they were held against, and each baseline beside them."""
    wanted = _wanted(held)
    out = Table(title="assist eval", title_style="bold", show_lines=False)
    for name in ("measure", "value", "95% interval"):
        out.add_column(name, justify="left" if name == "measure" else "right", no_wrap=name != "measure")
    out.add_column("wanted", no_wrap=True)
    out.add_column("plain means of this run")
    for one in results:
        out.add_row(f"[bold]{one.task} {one.dataset}[/], {one.n:,} rows, p95 {one.latency_ms['p95']:.0f} ms")
        for name, value in one.metrics.items():
            low, high = one.confidence.get(name, [value, value])
            others = [f"{base} {figure(found[name])}" for base, found in one.baseline.items() if name in found]
            bounds = wanted.get((one.task, one.dataset, name), [])
            told = [f"[{'green' if v.met else 'red'}]{v.wanted} {'✓' if v.met else '✗'}[/]" for v in bounds]
            spread = f"{figure(low)}–{figure(high)}"
            out.add_row(name, figure(value), spread, "\n".join(told), "\n".join(others))
        out.add_section()
    return out


def figure(value: float) -> str:
    """Write a figure: three places for shares, one for what is counted to 100."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def as_json(results: Iterable[Result]) -> str:
    """Give the results as the documented JSON: a list with one object per dataset; null: nothing to measure."""
    return json.dumps([_finite(one.as_dict()) for one in results], indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_html(results: Sequence[Result], held: Iterable[Verdict] = (), differences: Sequence[Difference] = ()) -> str:
    """Give a page that stands alone: what was missed, how it differs from another run, and for each dataset bars with
    intervals beside the baselines, curves, and the worst 20 cases.
    """
    page = (Path(__file__).parent / "report.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(page)
    told = list(held)
    return template.render(
        results=results,
        top=_top,
        figure=figure,
        held=told,
        wanted=_wanted(told),
        differences=differences,
        path=_path,
    )


@dataclass(frozen=True)
class Difference:
    """One measure in two runs over the same rows; `p` is two-sided, from a paired bootstrap."""

    task: str
    dataset: str
    measure: str
    before: float
    after: float
    low: float
    high: float
    p: float

    @property
    def significant(self) -> bool:
        """Tell whether the difference is more than chance."""
        return self.p < SIGNIFICANT


def compare(before: Path, results: Iterable[Result]) -> list[Difference]:
    """Hold results against an earlier run's JSON; datasets that were not measured on the same rows are left out.

    Raises `InvalidInput` when the file is no such JSON.
    """
    try:
        earlier: dict[tuple[str, str], dict[str, Any]] = {
            (row["task"], row["dataset"]): row for row in json.loads(before.read_text(encoding="utf-8"))
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"{before} is not what --json writes: {error}", where="eval") from None
    found = []
    for one in results:
        row = earlier.get((one.task, one.dataset), {})
        if row.get("n") != one.n:
            continue
        for name, values in one.items.items():
            held = row["items"].get(name, [])
            if len(held) == len(values):
                moved = np.asarray(values, dtype=float) - np.asarray(held, dtype=float)
                found.append(_difference(one, name, row, resampled(moved)))
        for name, draws in one.draws.items():
            if name in row.get("draws", {}):
                found.append(
                    _difference(one, name, row, np.asarray(draws) - np.asarray(row["draws"][name], dtype=float))
                )
    return found


def _difference(one: Result, name: str, earlier: dict[str, Any], moved: NDArray[np.float64]) -> Difference:
    """Tell how a measure moved; `moved`: the difference in bootstrap samples of the same rows."""
    low, high = quantiles(moved)
    known = moved[~np.isnan(moved)]
    p = 1.0 if not known.any() else 2 * min(float((known <= 0).mean()), float((known >= 0).mean()))
    return Difference(one.task, one.dataset, name, earlier["metrics"][name], one.metrics[name], low, high, min(p, 1.0))


def _wanted(held: Iterable[Verdict]) -> dict[tuple[str, str, str], list[Verdict]]:
    found: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in held:
        found.setdefault((verdict.task, verdict.dataset, verdict.metric), []).append(verdict)
    return found


def _path(plot: Plot) -> str:
    """Give a curve as the points of an SVG line in a square of 100."""
    return " ".join(f"{100 * x:.1f},{100 - 100 * y:.1f}" for x, y in plot.points)


def _top(one: Result, name: str) -> float:
    """Give the right end of a measure's bars."""
    values = [one.metrics[name], one.confidence.get(name, [0, 0])[1]]
    values += [found[name] for found in one.baseline.values() if name in found]
    return max(values) if max(values) > 1 else 1.0
