"""Which conversations of a dataset are searched, and at which places the engine is asked."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

from assist.evaluation.data import Data, Row, read
from assist.evaluation.held_out import Answered, answered
from assist.helpdesk import Status
from assist.services import Services

CORPUS, ASKED = 500, 150
# With a limit: so many tickets to search for each that is asked.
OTHERS = 4
EVERY = 10_000
FOLDS = 4


def without_twins(data: Data, file: Path) -> list[tuple[list[Row], list[Row]]]:
    """Give pairs of tickets to search and tickets to ask, where no ticket is searched for one that is its twin.

    Simulated sets play the same scene several times, and say which in `group`: the answer to another take of the asked
    scene would be no advice but the solution. Such sets are cut into folds of whole scenes.
    """
    corpus, asked = sampled(data, file)
    scenes = list(dict.fromkeys(row["group"] for row in asked if row.get("group")))
    takes = Counter(row.get("group") for row in {row["id"]: row for row in [*corpus, *asked]}.values())
    if all(takes[scene] == 1 for scene in scenes):
        return [(corpus, asked)]
    out = []
    for fold in range(FOLDS):
        left_out = set(scenes[fold::FOLDS])
        out.append(
            (
                [row for row in corpus if row.get("group") not in left_out],
                [row for row in asked if row.get("group") in left_out],
            )
        )
    return [(searched, ask) for searched, ask in out if ask]


def sampled(data: Data, file: Path) -> tuple[list[Row], list[Row]]:
    """Give the tickets to search and those to ask: of `dev` and of `test`, or both of the one part there is."""
    most = CORPUS if data.limit is None else OTHERS * data.limit
    asked_most = ASKED if data.limit is None else data.limit
    rows, learned = list(read(file)), data.training(file)
    # Fixed seeds: two runs must search and ask the same.
    corpus = _sample(learned if learned is not None else rows, most, data.seed)
    return corpus, _sample(rows if learned is not None else corpus, asked_most, data.seed + 1)


def held_out(services: Services, wanted: set[str], seed: int) -> list[Answered]:
    """Give the first place where each wanted ticket was answered, and one later."""
    by_ticket: dict[str, list[Answered]] = defaultdict(list)
    for status in (Status.RESOLVED, Status.OPEN):
        for place in answered(services, per_ticket=EVERY, status=status):
            if place.external_id in wanted:
                by_ticket[place.external_id].append(place)
    dice = random.Random(seed)  # noqa: S311 - two runs must ask at the same places
    out = []
    for _, places in sorted(by_ticket.items()):
        out.append(places[0])
        if len(places) > 1:
            out.append(dice.choice(places[1:]))
    return out


def _sample(rows: list[Row], most: int, seed: int) -> list[Row]:
    if len(rows) <= most:
        return rows
    chosen = random.Random(seed).sample(range(len(rows)), most)  # noqa: S311
    return [rows[at] for at in sorted(chosen)]
