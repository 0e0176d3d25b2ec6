"""The table of risks and duties names code and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "owasp.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (?:LLM\d\d|50\()", line)
]


def test_every_risk_and_duty_is_there() -> None:
    told = " ".join(row[0] for row in ROWS)
    assert all(f"LLM{n:02}" in told for n in range(1, 11))
    assert all(f"50({n})" in told for n in (1, 2, 4, 5))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:20])
def test_a_row_names_code_and_tests_that_exist(row: list[str]) -> None:
    _, how, code, tests = row
    assert len(how) > 30
    for cell, folder in ((code, ""), (tests, "tests/")):
        files = re.findall(r"`([^`]+)`", cell)
        assert files
        assert all(file.startswith(folder) and (ROOT / file).is_file() for file in files), files


def test_named_tests_hold_tests() -> None:
    for file in {file for row in ROWS for file in re.findall(r"`([^`]+)`", row[3])}:
        assert "def test_" in (ROOT / file).read_text(encoding="utf-8")
