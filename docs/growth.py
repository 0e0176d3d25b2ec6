"""Draws `docs/pictures/growth-*.svg` from a JSON of `assist bench --only growth`: `python docs/growth.py FILE`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

PICTURES = Path(__file__).parent / "pictures"
COLOURS = {"exact": "#8a8f98", "lists": "#3b5bdb"}
NAME = re.compile(r"(exact|lists), ([\d,]+) vectors: (.+)")
Points = dict[tuple[str, str], list[tuple[int, float]]]


def read(measured: dict[str, Any]) -> Points:
    """Give `(kind, what) -> [(vectors, value), …]`, smallest first."""
    points: Points = {}
    for row in measured["measures"]:
        if match := NAME.match(row["name"]):
            kind, size, what = match.groups()
            points.setdefault((kind, what), []).append((int(size.replace(",", "")), row["value"]))
    return points


def draw(points: Points, name: str, title: str, curves: Sequence[tuple[str, str]], promised: float | None) -> None:
    """Draw one picture on two logarithmic scales; `curves` are `(what, style of the line)`."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    for kind, colour in COLOURS.items():
        for what, style in curves:
            sizes, values = zip(*points[kind, what], strict=True)
            label = f"{kind}{', ' + what.split(', ')[1] if ', ' in what else ''}"
            axes.plot(sizes, values, style, color=colour, marker="o", markersize=4, label=label)
    if promised is not None:
        axes.axhline(promised, color="#c92a2a", linewidth=0.8, linestyle=":")
        axes.annotate("promised at a million", (1_000, promised), fontsize=8, color="#c92a2a", va="bottom")
    axes.set(xscale="log", yscale="log", xlabel="vectors (two to a ticket)", title=title)
    axes.grid(True, which="major", alpha=0.25)
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(PICTURES / f"growth-{name}.svg", metadata={"Date": None})
    plt.close(figure)


def main(path: Path) -> None:
    """Draw all pictures."""
    mpl.rcParams["svg.hashsalt"] = "growth"
    points = read(json.loads(path.read_text(encoding="utf-8")))
    for kind in COLOURS:
        median = points[kind, "search, p50"]
        points[kind, "rate"] = [(size, 1000 / value) for size, value in median]
    both = [("search, p50", "-"), ("search, p95", "--")]
    draw(points, "latency", "Search in vectors: milliseconds", both, 25)
    draw(points, "rate", "Search in vectors: queries a second on one core (from the median)", [("rate", "-")], None)
    draw(points, "memory", "Resident memory of a process with such an index: MB", [("resident memory", "-")], 2_200)
    draw(points, "build", "Building the index from vectors: seconds", [("built in", "-")], None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
