"""`assist bench` really runs; its figures are not judged here: the machine that tests is shared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assist.bench.report import Measure, rate, times


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assist.cli", "bench", *arguments], capture_output=True, text=True, check=False
    )


def test_quantiles_come_with_the_spread_of_the_two_halves() -> None:
    measure = times("g", "wait", [0.001, 0.002, 0.003, 0.004], 0.5, target=3)
    assert (measure.value, measure.low, measure.high) == (2.5, 1.5, 3.5)
    assert measure.met


@pytest.mark.parametrize(("value", "met"), [(119.0, False), (120.0, True)])
def test_rate_meets_its_target_from_below(value: float, met: bool) -> None:
    assert rate("g", "speed", [value], "1/s", target=120).met is met


def test_figure_without_target_is_neither_met_nor_missed() -> None:
    assert Measure("g", "memory", 1, "MB").met is None


def test_unknown_group_is_refused_with_the_groups_there_are() -> None:
    done = bench("--only", "coffee")
    assert done.returncode == 2
    assert "sidebar" in done.stderr


@pytest.mark.slow
def test_every_group_runs_and_is_written_as_json(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    done = bench("--quick", "--json", str(out))
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text())
    assert {measure["group"] for measure in figures["measures"]} == {
        "importing", "redaction", "encoder", "sidebar", "retrieval", "peers",
    }  # fmt: skip
    assert all(measure["value"] > 0 for measure in figures["measures"])
    assert figures["machine"]["cores"] >= 1
