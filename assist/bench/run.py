"""Runs the groups of measurements one after another."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from assist.bench import groups as package
from assist.bench.report import Report
from assist.bench.workplace import Workplace
from assist.errors import InvalidInput
from assist.registry import discover


def run(
    *,
    only: Sequence[str] = (),
    quick: bool = False,
    data: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Measure every group but those on request, or those in `only`; `quick` uses sizes that only prove that it runs.

    `data` is a folder of evaluation data (see docs/quality.md): some groups then measure on what is in there. Data and
    servers of the run live in a temporary folder. Raises `InvalidInput` for a group there is not.
    """
    found = sorted(discover(package), key=lambda module: module.ORDER)
    groups = {module.GROUP: module for module in found}
    if unknown := sorted(set(only) - set(groups)):
        raise InvalidInput(f"there is no group {unknown[0]!r}", where="bench", hint=f"Groups: {', '.join(groups)}.")
    report = Report(quick)
    with tempfile.TemporaryDirectory(prefix="assist-bench-") as folder:
        place = Workplace(Path(folder), quick, tell, data, report.notes)
        try:
            for name, module in groups.items():
                if name in only or not (only or getattr(module, "ON_REQUEST", False)):
                    tell(f"{name} …")
                    report.measures.extend(module.measure(place))
        finally:
            place.close()
    return report
