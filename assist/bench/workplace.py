"""What the groups measure on: the demo company's data, multiplied until it is large."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sqlmodel import Session, col, func, insert, select

from assist import services
from assist.demo import seed
from assist.demo.seed import rows
from assist.retrieval.encoder import Encoder, Vectors, unit
from assist.retrieval.records import next_generation
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Record, Ticket

# Copies differ from their originals by mixing two of them, so that neither words nor vectors repeat.
MIXED = 0.75
NOISE = 0.02
CHUNK = 5_000


class TimedEncoder:
    """An encoder that adds up how long it took, so that the rest can be measured without it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.seconds = 0.0

    @property
    def name(self) -> str:
        """Give the encoder's name."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Give the vectors' length."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode, and note the time."""
        began = time.perf_counter()
        try:
            return self._encoder.encode(texts)
        finally:
            self.seconds += time.perf_counter() - began


class Workplace:
    """A home with the demo's data that grows on demand, and the texts of the demo for whoever needs some."""

    def __init__(
        self,
        folder: Path,
        quick: bool,
        tell: Callable[[str], None],
        data: Path | None = None,
        notes: list[str] | None = None,
    ) -> None:
        """`notes` takes what a reader of the table must know, such as why a group was left out."""
        self.folder = folder
        self.quick = quick
        self.tell = tell
        self.data = data
        self.notes = [] if notes is None else notes
        self.home = folder / "home"
        self._services: Services | None = None

    @cached_property
    def encoder(self) -> TimedEncoder:
        """The bundled encoder with a watch."""
        from assist.retrieval import encoder as encoders

        return TimedEncoder(encoders.connect(self.settings))

    @property
    def settings(self) -> Settings:
        """Settings of the measured home: the embedded defaults, as the demo has them."""
        return Settings.embedded(self.home, demo=True, log_level="ERROR")

    @property
    def services(self) -> Services:
        """The product on the seeded home, in this process."""
        if self._services is None:
            self._services = services.build(self.settings, encoder=self.encoder)
            self._services.index.open()
            self.tell("demo data …")
            seed(self._services)
        return self._services

    @cached_property
    def messages(self) -> list[str]:
        """What people wrote in the demo's resolved tickets."""
        return [message["text"] for ticket in rows("resolved") for message in ticket["messages"]]

    @cached_property
    def real_texts(self) -> list[str]:
        """The texts of the evaluation data's `triage` folder, each once; none without such data."""
        found = sorted(self.data.glob("triage/dev/*.jsonl")) if self.data is not None else []
        read = (json.loads(line)["text"] for path in found for line in path.read_text(encoding="utf-8").splitlines())
        return list(dict.fromkeys(read))

    def close(self) -> None:
        """Let go of the home, so that a server may open it; `services` opens it again."""
        if self._services is not None:
            self._services.close()
            self._services = None

    def sized(self, full: int, quick: int) -> int:
        """Give a size for this run."""
        return quick if self.quick else full

    def tickets_file(self, name: str, count: int) -> Path:
        """Write a JSONL file of resolved tickets like the demo's, every one different."""
        dice = random.Random(name)  # noqa: S311
        originals = list(rows("resolved"))
        path = self.folder / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                one, other = dice.sample(originals, 2)
                file.write(json.dumps(_mixed(one, other, f"{name}-{number}", dice)) + "\n")
        return path

    def grow(self, records: int) -> None:
        """Add resolved tickets with their records until the home holds `records` of them.

        Rows and vectors are written at once: importing this many would take an hour and measure something else.
        """
        with self.services.database.reading() as session:
            held = session.exec(select(func.count()).select_from(Record)).one()
            originals = session.exec(select(Record).where(col(Record.ticket_id).is_not(None))).all()[:400]
        dice, noise = random.Random(held), np.random.default_rng(held)  # noqa: S311
        while held < records:
            count = min(CHUNK, records - held)
            with self.services.database.session() as session:
                _multiply(session, originals, count, dice, noise)
            held += count
        self.services.index.catch_up()

    def open_tickets(self, count: int) -> list[str]:
        """Add open tickets, each with a customer's first message, and give their ids."""
        from assist.desk.importing.importer import parse_ticket

        dice = random.Random(count)  # noqa: S311
        originals = list(rows("resolved"))
        raw = []
        for number in range(count):
            one = dice.choice(originals)
            first = next(message for message in one["messages"] if message["author"] == "customer")
            given = {**one, "id": f"open-{number}", "status": "open", "resolved_at": None, "messages": [first]}
            raw.append(parse_ticket(given, source="bench", given={}))
        for start in range(0, count, 64):
            self.services.intake.store(raw[start : start + 64])
        return [ticket.id for ticket in raw]


def _mixed(one: dict[str, Any], other: dict[str, Any], key: str, dice: random.Random) -> dict[str, Any]:
    spare = [message["text"] for message in other["messages"]]
    texts = [
        message if dice.random() < MIXED else {**message, "text": dice.choice(spare)} for message in one["messages"]
    ]
    return {**one, "id": key, "messages": texts}


def _multiply(
    session: Session, originals: Sequence[Record], count: int, dice: random.Random, noise: np.random.Generator
) -> None:
    generation = next_generation(session)
    first = (session.exec(select(func.max(Ticket.id))).one() or 0) + 1
    tickets, records = [], []
    for number in range(count):
        one, other = dice.sample(originals, 2)
        ticket_id = first + number // 2
        if number % 2 == 0:
            tickets.append(
                {"id": ticket_id, "source": "bench", "external_id": f"copy-{ticket_id}", "status": "resolved"}
            )
        words = [*one.text.split(), *dice.sample(other.text.split(), min(12, len(other.text.split())))]
        records.append(
            {
                "kind": one.kind,
                "ticket_id": ticket_id,
                "part": number % 2,
                "title": one.title,
                "text": " ".join(words),
                "brand": one.brand,
                "language": one.language,
                "visibility": one.visibility,
                "facts": one.facts,
                "vector": _between(one, other, noise),
                "generation": generation,
            }
        )
    session.execute(insert(Ticket), tickets)
    session.execute(insert(Record), records)


def _between(one: Record, other: Record, noise: np.random.Generator) -> bytes:
    here, there = (np.frombuffer(record.vector or b"", dtype="<f4") for record in (one, other))
    mixed = MIXED * here + (1 - MIXED) * there + noise.normal(0, NOISE, here.shape)
    return bytes(unit(mixed[None].astype("float32"))[0].astype("<f4").tobytes())


@contextmanager
def stopwatch(seconds: list[float]) -> Iterator[None]:
    """Add how long the block took."""
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


def environment(home: Path) -> dict[str, str]:
    """Give the environment of a process on a throw-away home: no setting of this machine's installation reaches it.

    Start it in a folder without a `.env`.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("ASSIST_")} | {
        "ASSIST_HOME": str(home),
        "ASSIST_LOG_LEVEL": "ERROR",
    }


def resident_mb(pid: int | None = None) -> float:
    """Give the memory that a process and its children hold, in MB; 0 where the system does not tell."""
    total, todo = 0, [pid or os.getpid()]
    while todo:
        process = Path("/proc") / str(todo.pop())
        try:
            status = (process / "status").read_text()
            total += int(status.split("VmRSS:")[1].split()[0])
            todo += [
                int(child) for task in (process / "task").iterdir() for child in (task / "children").read_text().split()
            ]
        except (OSError, IndexError):
            continue
    return total / 1024
