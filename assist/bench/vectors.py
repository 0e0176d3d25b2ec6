"""Fills one vector index in a process of its own and measures it: `python -m assist.bench.vectors FOLDER KIND SIZE`.

A process of its own, so that its resident memory is the index's and little else.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assist.bench.workplace import resident_mb
from assist.retrieval.approximate_index import ABOVE, ApproximateIndex
from assist.retrieval.encoder import Vectors, unit
from assist.retrieval.vector_index import FaissIndex

CHUNK = 10_000
# As many as the product's search asks for: two records for each of fifty candidates.
DEPTH = 100
NOISE = 0.02
LEAST, MOST = 0.5, 0.9
SETTLE_S = 1.0


def measured(folder: Path, kind: str, size: int) -> dict[str, float]:
    """Build and ask; answers are left in `folder` for whoever compares them."""
    base, questions = np.load(folder / "base.npy"), np.load(folder / "questions.npy")
    before, began = resident_mb(), time.perf_counter()
    index = (
        FaissIndex(base.shape[1]) if kind == "exact" else ApproximateIndex(base.shape[1], above=min(ABOVE, size // 2))
    )
    making = 0.0
    with index.exclusive():
        for first, vectors, seconds in _mixtures(base, size):
            making += seconds
            index.add(range(first, first + len(vectors)), vectors)
    index.settle()
    built = time.perf_counter() - began - making
    for question in questions[:20]:
        index.search(question[None], DEPTH)
    answers, took = [], []
    for question in questions:
        asked = time.perf_counter()
        _, found = index.search(question[None], DEPTH)
        took.append(time.perf_counter() - asked)
        answers.append(found[0])
    np.save(folder / f"{kind}-{size}.npy", np.array(answers))
    own = index.recall
    held = {"memory": resident_mb(), "before": before, "built": built, "own_recall": own or 1.0}
    index.close()
    return held | {f"took_{number}": seconds for number, seconds in enumerate(took)}


def _mixtures(base: Vectors, size: int) -> Iterator[tuple[int, Vectors, float]]:
    """Yield `(first id, vectors, seconds it took)`: every vector lies between two real ones, with a little noise."""
    dice = np.random.default_rng(size)
    for first in range(1, size + 1, CHUNK):
        began = time.perf_counter()
        count = min(CHUNK, size + 1 - first)
        one, other = base[dice.integers(len(base), size=count)], base[dice.integers(len(base), size=count)]
        share = dice.uniform(LEAST, MOST, (count, 1))
        mixed = share * one + (1 - share) * other + dice.normal(0, NOISE, one.shape)
        yield first, unit(mixed.astype(np.float32)), time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
