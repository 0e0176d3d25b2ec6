"""Tickets of another trade: where nothing that answers can be found."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path

from assist.evaluation.data import Row, read

# Two trades that have little to say to each other: those who carry people, and everybody else.
_TRAVEL = re.compile(
    r"\b(?:flights?|airlines?|planes?|airports?|boarding|luggage|baggage|trains?|railway|cabin crew)\b", re.IGNORECASE
)
# From this share of a company's tickets on that speak of it, the company is in that trade.
SHARE = 1 / 3


def trades(files: list[Path]) -> dict[str, bool]:
    """Tell for each ticket's id whether it belongs to the carriers, judged by its company, else by itself."""
    groups: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    for file in files:
        rows = list(read(file))
        branded = any(row.get("brand") for row in rows)
        for row in rows:
            company = str(row.get("brand") or (row["id"] if branded else ""))
            groups[file.stem, company].append((row["id"], _is_travel(row)))
    out: dict[str, bool] = {}
    for members in groups.values():
        share = sum(travels for _, travels in members) / len(members)
        out |= {id: share > SHARE for id, _ in members}
    return out


def of_trade(files: list[Path], carriers: dict[str, bool], wanted: bool, most: int, seed: int = 0) -> list[Row]:
    """Give at most `most` tickets of the carriers (`wanted`) or of everybody else."""
    rows = [row for file in files for row in read(file) if carriers[row["id"]] is wanted]
    # A fixed seed: two runs must search the same.
    return rows if len(rows) <= most else random.Random(seed).sample(rows, most)  # noqa: S311


def _is_travel(row: Row) -> bool:
    return any(_TRAVEL.search(str(message["text"])) for message in row["messages"])
