"""What a developer would otherwise pick, in the same run: an ordinary chain, its parts, and Presidio as it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import col, select

from assist.bench.presidio import compared
from assist.bench.report import Measure, times
from assist.bench.workplace import Workplace
from assist.case import SourceQuery
from assist.demo.seed import rows
from assist.desk.stats import quantile
from assist.retrieval.encoder import FOLDER
from assist.retrieval.lexical import Scope
from assist.store.models import Record

ORDER = 6
GROUP = "peers"
PACKAGES = ("langchain-community", "langchain-classic", "faiss-cpu", "rank-bm25", "onnxruntime", "tokenizers", "numpy")
SCRIPT = Path(__file__).parent.parent / "peer" / "ordinary_chain.py"
PATIENCE_S = 600
CHAIN = 3.0


def measure(place: Workplace) -> Iterator[Measure]:
    """Search the same 100,000 records with ours and with theirs; then find personal data with ours and Presidio's."""
    yield from _retrieval(place)
    yield from compared(place, GROUP)


def _retrieval(place: Workplace) -> Iterator[Measure]:
    if place.quick:
        place.notes.append("peers: --quick installs nothing, so there is no ordinary chain to compare with")
        return
    records = 100_000
    python, problem = _environment(place)
    if python is None:
        place.notes.append(f"peers: no ordinary chain to compare with: {problem}")
        return
    place.tell(f"retrieval at {records:,} records …")
    place.grow(records)
    asked = [row["messages"][0]["text"] for kind in ("open", "resolved") for row in rows(kind)]
    asked = asked[:100]
    place.tell("an ordinary chain on the same records …")
    theirs = _ordinary(place, python, asked)
    if isinstance(theirs, str):
        place.notes.append(f"peers: no ordinary chain to compare with: {theirs}")
        return
    ours = _ours(place, asked)
    size = f"{records:,} records"
    for name, own, other, target in (
        ("search, end to end: ordinary chain (FAISS and BM25 in an EnsembleRetriever)", "search", "chain", CHAIN),
        ("meaning alone, end to end: langchain-community's FAISS store", "meaning", "store", None),
        ("meaning beyond the encoder: flat scan in single precision", "vectors", "flat", None),
        ("words alone: BM25 in Python (rank_bm25)", "words", "words", None),
    ):
        yield times(GROUP, f"{name}, theirs", theirs[other], 0.5, note=size)
        yield times(GROUP, f"{name}, ours", ours[own], 0.5, note=size)
        yield ratio(f"{name}, ours faster", theirs[other], ours[own], target)


def ratio(name: str, theirs: Sequence[float], ours: Sequence[float], target: float | None) -> Measure:
    """Give how many times ours goes into theirs, by medians; the spread is that of the two halves of both runs."""

    def half(part: Callable[[Sequence[float]], Sequence[float]]) -> float:
        return (quantile(part(theirs), 0.5) or 0.0) / (quantile(part(ours), 0.5) or 1.0)

    both = [half(lambda values: values[0::2]), half(lambda values: values[1::2])]
    return Measure(
        GROUP, name, half(lambda values: values), "times", n=len(theirs), low=min(both), high=max(both),
        target=target, at_most=False,
    )  # fmt: skip


def _environment(place: Workplace) -> tuple[Path | None, str]:
    """Make an environment with the others' packages; gives its Python, or why there is none."""
    place.tell("installing what others use …")
    folder = place.folder / "peers"
    python = folder / "bin" / "python"
    steps = (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
    )
    for step in steps:
        try:
            done = subprocess.run(  # noqa: S603
                step, capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd=place.folder
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return None, f"{type(error).__name__} while installing"
        if done.returncode:
            return None, (done.stderr.strip().splitlines() or ["it cannot be installed"])[-1]
    return python, ""


def _ordinary(place: Workplace, python: Path, asked: Sequence[str]) -> dict[str, list[float]] | str:
    folder = place.folder / "ordinary"
    folder.mkdir()
    with place.services.database.reading() as session:
        held = session.exec(
            select(Record.title, Record.text, Record.vector).where(
                col(Record.deleted).is_(False), col(Record.vector).is_not(None)
            )
        ).all()
    (folder / "texts.json").write_text(json.dumps([f"{title}\n{text}" for title, text, _ in held]), encoding="utf-8")
    joined = np.frombuffer(b"".join(vector or b"" for *_, vector in held), dtype="<f4").reshape(len(held), -1)
    np.save(folder / "vectors.npy", joined)
    (folder / "questions.json").write_text(json.dumps(list(asked)), encoding="utf-8")
    done = subprocess.run(  # noqa: S603
        [str(python), str(SCRIPT), str(folder), str(FOLDER)],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    loaded: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def _ours(place: Workplace, asked: Sequence[str]) -> dict[str, list[float]]:
    index, encoder, scope = place.services.index, place.encoder, Scope()
    vectors = encoder.encode(asked)

    def words(text: str) -> Any:
        return index.worded(index.ask([(text, 1.0)], scope), 5)

    calls: dict[str, tuple[Callable[[Any], Any], Sequence[Any]]] = {
        "search": (lambda text: place.services.retriever.search(SourceQuery(text=text)), asked),
        "meaning": (lambda text: index.near(encoder.encode([text])[0], 5, scope), asked),
        "vectors": (lambda vector: index.near(vector, 5, scope), list(vectors)),
        "words": (words, asked),
    }
    found: dict[str, list[float]] = {}
    for name, (call, inputs) in calls.items():
        call(inputs[0])
        found[name] = []
        for given in inputs:
            began = time.perf_counter()
            call(given)
            found[name].append(time.perf_counter() - began)
    return found
