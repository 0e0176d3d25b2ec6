"""Masking of personal data, against labelled spans, beside Presidio's plain default analyzer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assist.evaluation.data import Data, Row, read
from assist.evaluation.known import known_values
from assist.evaluation.personal import COUNTED, TYPES, Label, Masked, Vocabulary, covered, labels
from assist.evaluation.presidio import Presidio
from assist.evaluation.result import Case, Result, Statistic, result
from assist.helpdesk import Contact
from assist.redaction.keyfile import KEY_BYTES
from assist.redaction.masker import Masker, MaskItem
from assist.redaction.redactor import Redactor
from assist.redaction.vault import Vault
from assist.settings import Settings

NAME = "redaction"
FOLDER = "pii"
ORDER = 20
BATCH = 64
LIVE = 200
Counts = dict[str, NDArray[np.float64]]


def run(data: Data, _: Settings, tell: Callable[[str], None]) -> Iterator[Result]:
    """Mask every text as intake does, and let Presidio search the same texts in turn."""
    masker = Masker(Redactor(), Vault(secrets.token_bytes(KEY_BYTES)))
    other = Presidio()
    for warm in (partial(_ours, masker), partial(_theirs, other)):
        warm([{"text": "Warm up, Ann."}])
    for file in data.datasets(FOLDER):
        rows = data.rows(file)
        tell(f"{file.stem}: {len(rows):,} texts …")
        vocabulary = Vocabulary.of(read(file))
        ours, theirs = _Found({n: t.ours for n, t in TYPES.items()}), _Found({n: t.presidio for n, t in TYPES.items()})
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            # In turns, so that whatever else the machine does slows both.
            ours.timed(batch, partial(_ours, masker))
            theirs.timed(batch, partial(_theirs, other))
        told = ours.statistics(rows, vocabulary)
        beside = theirs.statistics(rows, vocabulary)
        every = np.arange(len(rows))
        yield result(
            NAME,
            file.stem,
            known_values(masker, rows),
            statistics=told | {"messages_per_s": ours.rate, "speedup": partial(_faster, ours, theirs)},
            n=len(rows),
            baseline={
                "presidio": {name: float(measure(every)) for name, measure in beside.items()}
                | {"messages_per_s": theirs.rate(every)}
            },
            seconds=_live(masker, rows[:LIVE]),
            cases=_cases(rows, ours.masked),
        )


@dataclass
class _Found:
    """What one side masked in each row, and how long each row of a batch took."""

    kinds: Mapping[str, frozenset[str]]
    masked: list[list[Masked]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def timed(self, rows: Sequence[Row], find: Callable[[Sequence[Row]], list[list[Masked]]]) -> None:
        """Take what `find` gives for a batch, and the time it took."""
        began = time.perf_counter()
        self.masked += find(rows)
        self.seconds += [(time.perf_counter() - began) / len(rows)] * len(rows)

    def rate(self, at: NDArray[np.int64]) -> float:
        """Give messages a second over these rows."""
        return float(1 / np.asarray(self.seconds)[at].mean())

    def statistics(self, rows: Sequence[Row], vocabulary: Vocabulary) -> dict[str, Statistic]:
        """Give recall, by type too, and precision as ratios of what the rows hold."""
        counts = self._counts(rows, vocabulary)
        types = [
            name.removeprefix("labelled.") for name in counts if name.removeprefix("labelled.") in vocabulary.types
        ]
        told = {
            "recall_any": _ratio(counts, "any", "labelled"),
            "recall_type": _ratio(counts, "type", "labelled"),
            "precision": _ratio(counts, "right", "judged"),
            "precision_strict": _ratio(counts, "right", "counted"),
        }
        if "labelled.counted" in counts:
            told["recall_any.COUNTED"] = _ratio(counts, "any.counted", "labelled.counted")
        return told | {
            f"recall_any.{name}": _ratio(counts, f"any.{name}", f"labelled.{name}")
            for name in sorted(types, key=lambda name: (name not in TYPES, name))
        }

    def _counts(self, rows: Sequence[Row], vocabulary: Vocabulary) -> Counts:
        counts: Counts = {}

        def count(name: str, at: int, value: bool = True) -> None:
            counts.setdefault(name, np.zeros(len(rows)))[at] += value

        for at, (row, masked) in enumerate(zip(rows, self.masked, strict=True)):
            marked = labels(row)
            for label in marked:
                found = covered(row["text"], label, masked)
                count(f"labelled.{label.type}", at)
                count(f"any.{label.type}", at, found)
                if label.type in TYPES:
                    own = [one for one in masked if one.kind in self.kinds[label.type]]
                    count("labelled", at)
                    count("any", at, found)
                    count("type", at, covered(row["text"], label, own))
                if label.type in COUNTED:
                    count("labelled.counted", at)
                    count("any.counted", at, found)
            for one in masked:
                verdict = vocabulary.judge(row["text"], one, marked, self.kinds)
                if verdict is not None:
                    right, trusted = verdict
                    count("counted", at)
                    count("right", at, right)
                    count("judged", at, trusted)
        return counts


def _faster(ours: _Found, theirs: _Found, at: NDArray[np.int64]) -> float:
    return ours.rate(at) / theirs.rate(at)


def _ratio(counts: Counts, part: str, whole: str) -> Statistic:
    def measure(at: NDArray[np.int64]) -> float:
        total = counts[whole][at].sum() if whole in counts else 0.0
        return float(counts[part][at].sum() / total) if total else float("nan")

    return measure


def _ours(masker: Masker, rows: Sequence[Row]) -> list[list[Masked]]:
    items = [MaskItem([row["text"]], None, [row["author"]] if "author" in row else None) for row in rows]
    return [[Masked(span.start, span.end, span.kind) for span in spans] for (spans,) in masker.find(items)]


def _theirs(other: Presidio, rows: Sequence[Row]) -> list[list[Masked]]:
    return [other.find(row["text"]) for row in rows]


def _live(masker: Masker, rows: Sequence[Row]) -> list[float]:
    """Time messages that come one at a time, with a contact as a helpdesk knows one."""
    contact = Contact(name="Anna O'Brien", email="anna@example.org", phone="+44 20 7946 0958", orders=["LK-4821937"])
    seconds = []
    for row in rows:
        began = time.perf_counter()
        masker.find([MaskItem([row["text"]], contact)])
        seconds.append(time.perf_counter() - began)
    return seconds


def _cases(rows: Sequence[Row], masked: Sequence[Sequence[Masked]]) -> list[Case]:
    """Give the rows with the most personal values left readable."""
    shown = []
    for row, found in zip(rows, masked, strict=True):
        left = [one for one in labels(row) if one.type in TYPES and not covered(row["text"], one, found)]
        expected = "; ".join(_named(row["text"], one) for one in left)
        got = "; ".join(f"{one.kind}: {row['text'][one.start : one.end]}" for one in found)
        shown.append(Case(row["id"], -float(len(left)), row["text"], expected, got))
    return shown


def _named(text: str, one: Label) -> str:
    return f"{one.type}: {text[one.start : one.end]}"
