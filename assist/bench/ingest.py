"""Imports a large file in a process of its own, all but the models: `python -m assist.bench.ingest HOME FILE STEP`.

Masking and encoding look at one message or record at a time, so they cost the same at any size; the groups `redaction`
and `encoder` measure them. What could grow with the number of tickets is the rest: reading, the vault, the tables,
their indexes, the words, the vectors. That is what runs here, with a redactor that finds nothing and an encoder that
draws lots.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assist import services
from assist.bench.workplace import resident_mb
from assist.desk.importing.readers import Row, read_jsonl
from assist.log import configure
from assist.redaction.redactor import Redactor
from assist.redaction.spans import Span
from assist.retrieval.encoder import Vectors, unit
from assist.settings import Settings


class FindsNothing(Redactor):
    """Takes no time."""

    def find(self, texts: Sequence[str], *_known: object, **_more: object) -> list[list[Span]]:
        """Find nothing."""
        return [[] for _ in texts]


class DrawsLots:
    """Gives any vector."""

    name = "lots"
    dimension = 384

    def __init__(self) -> None:
        self._dice = np.random.default_rng(3)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors."""
        return unit(self._dice.standard_normal((len(texts), self.dimension), dtype=np.float32))


def main(home: Path, path: Path, step: int) -> None:
    """Import; after every `step` tickets print how many, the processor seconds, the seconds and the memory so far."""
    configure("ERROR", "console")
    made = services.build(Settings.embedded(home, log_level="ERROR"), redactor=FindsNothing(), encoder=DrawsLots())
    made.index.open()
    made.index.follow()
    began = time.perf_counter()

    def tell(row: Row) -> None:
        if row.number % step == 0:
            marks = [row.number, time.process_time(), time.perf_counter() - began, resident_mb()]
            print(json.dumps(marks), flush=True)

    tell(Row("", 0, 0))
    made.importer.tickets(path, read_jsonl, source="bench", progress=tell)
    made.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
