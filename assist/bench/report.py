"""What was measured, as a table for people and as JSON for comparisons."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from rich.table import Table

from assist import __version__
from assist.desk.stats import quantile

LIBRARIES = ("faiss-cpu", "onnxruntime", "spacy", "tantivy", "flask-socketio", "gunicorn", "langchain-core")


@dataclass(frozen=True)
class Measure:
    """One figure: `value` in `unit` from `n` observations, `low` and `high` its spread; `target` where one is set."""

    group: str
    name: str
    value: float
    unit: str
    n: int = 1
    low: float | None = None
    high: float | None = None
    target: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the target is met; `None` without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


def times(
    group: str, name: str, seconds: Sequence[float], share: float, target: float | None = None, note: str = ""
) -> Measure:
    """Give a quantile of durations in milliseconds; the spread is its value in the two halves of the run."""
    values = [1000 * second for second in seconds]
    half = len(values) // 2
    parts = [quantile(part, share) for part in (values[:half], values[half:]) if part]
    known = [part for part in parts if part is not None]
    return Measure(
        group,
        f"{name}, p{round(share * 100)}",
        quantile(values, share) or 0.0,
        "ms",
        n=len(values),
        low=min(known, default=None),
        high=max(known, default=None),
        target=target,
        note=note,
    )


def rate(group: str, name: str, per_second: Sequence[float], unit: str, target: float | None = None) -> Measure:
    """Give the median of rates measured over several rounds, with the slowest and the fastest."""
    return Measure(
        group,
        name,
        quantile(per_second, 0.5) or 0.0,
        unit,
        n=len(per_second),
        low=min(per_second, default=None),
        high=max(per_second, default=None),
        target=target,
        at_most=False,
    )


@dataclass
class Report:
    """A whole run."""

    quick: bool
    measures: list[Measure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON."""
        return {
            "product": __version__,
            "quick": self.quick,
            "machine": {
                "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
                "system": platform.system(),
                "architecture": platform.machine(),
                "python": platform.python_version(),
                "load_before": self.load_before,
                "load_after": os.getloadavg()[0],
            },
            "libraries": {name: version(name) for name in LIBRARIES},
            "notes": self.notes,
            "measures": [asdict(measure) | {"met": measure.met} for measure in self.measures],
        }

    def table(self) -> Table:
        """Give the table that is printed."""
        caption = "\n".join(self.notes) or None
        table = Table(title=f"assist bench{' --quick' if self.quick else ''}", caption=caption)
        for name in ("group", "what", "value", "spread", "n", "target"):
            table.add_column(name, justify="right" if name in {"value", "spread", "n"} else "left")
        for measure in self.measures:
            spread = "" if measure.low is None else f"{_number(measure.low)}–{_number(measure.high)}"
            table.add_row(
                measure.group,
                measure.name + (f" ({measure.note})" if measure.note else ""),
                f"{_number(measure.value)} {measure.unit}",
                spread,
                str(measure.n),
                _target(measure),
            )
        return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def _target(measure: Measure) -> str:
    if measure.target is None:
        return ""
    wanted = f"{'≤' if measure.at_most else '≥'} {_number(measure.target)}"
    return f"[green]{wanted} ✓[/]" if measure.met else f"[red]{wanted} ✗[/]"
