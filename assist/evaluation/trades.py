"""Tickets of another trade: where nothing that answers can be found."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path

from assist.evaluation.data import Data, Row, read

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
    out = {}
    for members in groups.values():
        share = sum(travels for _, travels in members) / len(members)
        out |= {id: share > SHARE for id, _ in members}
    return out


def other_trade(data: Data, rows: list[Row], file: Path, most: int) -> list[Row]:
    """Give at most `most` tickets of the trade that most of `rows`, of `file`, are not in; from the `dev` part."""
    files = sorted((file.parent.parent / "dev").glob("*.jsonl"))
    known = trades(sorted({*files, file}))
    travel = sum(known[row["id"]] for row in rows) > len(rows) / 2
    others = [row for other in files for row in read(other) if known[row["id"]] is not travel]
    if len(others) <= most:
        return others
    return random.Random(data.seed).sample(others, most)  # noqa: S311 - two runs must search the same


def of_trade(rows: list[Row], file: Path) -> set[str]:
    """Give the ids of the rows that are in the trade of most of them."""
    files = sorted((file.parent.parent / "dev").glob("*.jsonl"))
    known = trades(sorted({*files, file}))
    travel = sum(known[row["id"]] for row in rows) > len(rows) / 2
    return {row["id"] for row in rows if known[row["id"]] is travel}


def _is_travel(row: Row) -> bool:
    return any(_TRAVEL.search(str(message["text"])) for message in row["messages"])
