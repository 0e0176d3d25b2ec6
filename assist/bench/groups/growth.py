"""From a thousand vectors to a million: exact and in lists side by side. Only on request: it takes many minutes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assist.bench.report import Measure, times
from assist.bench.workplace import Workplace, environment
from assist.retrieval.neighbourhoods import recall_at_10
from assist.retrieval.texts import sentences

ORDER = 8
GROUP = "growth"
ON_REQUEST = True
SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUICK = (2_000,)
LARGEST = SIZES[-1]
QUESTIONS = 300
BASE = 4_000


def measure(place: Workplace) -> Iterator[Measure]:
    """Ask texts that are in no index, of indexes whose vectors each lie between two texts that people wrote."""
    folder = place.folder / "vectors"
    folder.mkdir()
    texts = place.real_texts or list(
        dict.fromkeys(part for text in place.messages for part in [text, *sentences(text)])
    )
    random.Random(5).shuffle(texts)  # noqa: S311
    texts = texts[: place.sized(BASE, 300)]
    place.tell(f"encoding {len(texts):,} texts …")
    vectors = place.encoder.encode(texts)
    asked = min(place.sized(QUESTIONS, 40), len(texts) // 4)
    np.save(folder / "questions.npy", vectors[:asked])
    np.save(folder / "base.npy", vectors[asked:])
    for size in QUICK if place.quick else SIZES:
        place.tell(f"{size:,} vectors …")
        exact, listed = (_built(folder, kind, size) for kind in ("exact", "lists"))
        yield from _described(size, "exact", exact)
        yield from _described(size, "lists", listed)
        best, found = (np.load(folder / f"{kind}-{size}.npy") for kind in ("exact", "lists"))
        yield from _compared(size, exact, listed, best, found)


def _built(folder: Path, kind: str, size: int) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "assist.bench.vectors", str(folder), kind, str(size)],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    loaded["took"] = [value for name, value in loaded.items() if name.startswith("took_")]
    return loaded


def _described(size: int, kind: str, built: dict[str, Any]) -> Iterator[Measure]:
    name = f"{kind}, {size:,} vectors"
    targets = kind == "lists" and size == LARGEST
    yield times(GROUP, f"{name}: search", built["took"], 0.5)
    yield times(GROUP, f"{name}: search", built["took"], 0.95, target=25 if targets else None)
    memory = built["memory"]
    note = f"{built['before']:,.0f} MB of it before there was an index"
    yield Measure(GROUP, f"{name}: resident memory", memory, "MB", target=2_200 if targets else None, note=note)
    yield Measure(GROUP, f"{name}: built in", built["built"], "s")


def _compared(size: int, exact: dict[str, Any], listed: dict[str, Any], best: Any, found: Any) -> Iterator[Measure]:
    largest = size == LARGEST
    shares = [recall_at_10(some[None, :10], other[None, :10]) for some, other in zip(found, best, strict=True)]
    low, high = _interval(shares)
    yield Measure(
        GROUP, f"lists, {size:,} vectors: recall@10", 100 * float(np.mean(shares)), "%", n=len(shares), low=low,
        high=high, target=98 if largest else None, at_most=False, note=f"own check: {100 * listed['own_recall']:.1f} %",
    )  # fmt: skip
    deep = float(np.mean([len(set(some) & set(other)) / len(other) for some, other in zip(found, best, strict=True)]))
    yield Measure(GROUP, f"lists, {size:,} vectors: recall@100", 100 * deep, "%", n=len(best))
    ratio = sum(exact["took"]) / sum(listed["took"])
    halves = [sum(exact["took"][part]) / sum(listed["took"][part]) for part in (slice(0, None, 2), slice(1, None, 2))]
    yield Measure(
        GROUP, f"{size:,} vectors: queries a second, lists to exact", ratio, "times", n=len(best), low=min(halves),
        high=max(halves), target=8 if largest else None, at_most=False,
    )  # fmt: skip


def _interval(shares: list[float]) -> tuple[float, float]:
    dice = np.random.default_rng(1)
    means = [float(np.mean(dice.choice(shares, len(shares)))) for _ in range(1_000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return 100 * float(low), 100 * float(high)
