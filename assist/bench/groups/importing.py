"""Import as a process of its own: how fast, and whether its memory stays bounded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from assist.bench.report import Measure
from assist.bench.workplace import Workplace, environment

ORDER = 1
GROUP = "importing"


def measure(place: Workplace) -> Iterator[Measure]:
    """Import a file and one four times as long; the rate comes from the difference, so the start does not count."""
    small = place.sized(400, 20)
    sizes = (small, 4 * small)
    seconds, peaks = [], []
    for size in sizes:
        took, peak = _import(place, size)
        seconds.append(took)
        peaks.append(peak)
    per_second = (sizes[1] - sizes[0]) / max(seconds[1] - seconds[0], 1e-9)
    yield Measure(GROUP, "tickets masked, stored, encoded and indexed", per_second, "tickets/s", n=sizes[1])
    for size, peak in zip(sizes, peaks, strict=True):
        yield Measure(GROUP, f"peak memory of importing {size:,} tickets", peak, "MB", n=1)


def _import(place: Workplace, size: int) -> tuple[float, float]:
    path = place.tickets_file(f"import-{size}", size)
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "assist.cli", "import", "tickets", str(path)],
        env=environment(place.folder / f"import-{size}"),
        cwd=place.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "assist import tickets")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, usage.ru_maxrss / scale
