"""A hundred thousand tickets: does a ticket cost the same at the end as at the beginning? Only on request."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

from assist.bench.report import Measure
from assist.bench.workplace import Workplace, environment

ORDER = 7
GROUP = "ingest"
ON_REQUEST = True
STEPS = 10
GROWTH = 1.3


def measure(place: Workplace) -> Iterator[Measure]:
    """Import a file with everything but the models and compare its tenths."""
    size = place.sized(100_000, 640)
    place.tell(f"a file of {size:,} tickets …")
    path = place.tickets_file(f"ingest-{size}", size)
    place.tell("import …")
    home = place.folder / "ingest"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "assist.bench.ingest", str(home), str(path), str(size // STEPS)],
        env=environment(home),
        cwd=place.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    marks = [json.loads(line) for line in done.stdout.splitlines()]
    pairs = list(pairwise(marks))
    costs = [1000 * (after[1] - before[1]) / (after[0] - before[0]) for before, after in pairs]
    tenth = size // STEPS
    for name, cost in ((f"the first {tenth:,}", costs[0]), (f"the last {tenth:,} of {size:,}", costs[-1])):
        yield Measure(GROUP, f"processor time of a ticket but its models, {name}", cost, "ms", n=tenth)
    # The last three together: a pause of the machine in one of them should not decide.
    late = sum(costs[-3:]) / 3
    yield Measure(
        GROUP, f"a ticket near {size:,} to one of the first {tenth:,}", late / costs[0], "times", n=size,
        low=min(costs[-3:]) / costs[0], high=max(costs[-3:]) / costs[0], target=GROWTH,
    )  # fmt: skip
    whole = (marks[-1][1] - marks[0][1]) / size * 1000
    yield Measure(GROUP, f"mean of all {size:,} to the first {tenth:,}", whole / costs[0], "times", target=GROWTH)
    yield Measure(GROUP, f"memory after {tenth:,} tickets", marks[1][3], "MB")
    yield Measure(GROUP, f"memory after {size:,} tickets, their index in it", marks[-1][3], "MB")
    yield Measure(GROUP, "tickets stored and indexed", size / marks[-1][2], "tickets/s", n=size)
