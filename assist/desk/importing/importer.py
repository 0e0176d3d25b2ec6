"""Stores what readers yield, batch by batch, each with its checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import ValidationError
from sqlmodel import Session, select

from assist.desk.articles import Articles
from assist.desk.importing.readers import Reader, Row
from assist.desk.intake import Intake, Stored
from assist.errors import InvalidInput
from assist.helpdesk import Article, Status, Ticket
from assist.store.database import Database
from assist.store.models import ImportRun, now

BATCH = 64
Store = Callable[..., list[Stored]]
Parsed = TypeVar("Parsed", Ticket, Article)
AUTHORS = {"user": "customer", "requester": "customer", "end-user": "customer", "contact": "customer"} | {
    "staff": "agent",
    "support": "agent",
    "note": "agent",
}


@dataclass
class Report:
    """How an import went. `problems` holds the first hundred lines that were not taken, with their reasons."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    resumed_at: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Give how many rows are in the database now because of this run or before it."""
        return self.created + self.updated + self.unchanged


class _Ahead:
    """Masks one batch in a thread while the batch before it is stored and encoded, in the order of the file.

    Encoding leaves Python to others, so both go on at once; two batches are in memory at most.
    """

    def __init__(self, prepare: Callable[[list[Any]], Store], write: Callable[[Store, Row, int, bool], None]) -> None:
        self._prepare = prepare
        self._write = write
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")
        self._waiting: tuple[Future[Store], Row, int, bool] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def push(self, batch: list[Any], row: Row, rejected: int, *, done: bool = False) -> None:
        """Begin with a batch that ends with `row`, and write the one before."""
        coming = self._thread.submit(self._prepare, batch)
        self.finish()
        self._waiting = (coming, row, rejected, done)

    def finish(self) -> None:
        """Write what is still waiting."""
        if self._waiting is not None:
            prepared, row, rejected, done = self._waiting
            self._waiting = None
            self._write(prepared.result(), row, rejected, done)


class Importer:
    """Runs imports. The same file again, or one that overlaps, changes only what differs."""

    def __init__(self, database: Database, intake: Intake, articles: Articles) -> None:
        self._database = database
        self._intake = intake
        self._articles = articles

    def tickets(
        self,
        path: Path,
        reader: Reader,
        *,
        source: str,
        status: Status | None = None,
        brand: str | None = None,
        language: str | None = None,
        strict: bool = False,
        progress: Callable[[Row], None] = lambda _: None,
    ) -> Report:
        """Import tickets of a file; with `strict` the first bad row raises `InvalidInput` and ends the import.

        `status`, `brand` and `language` fill in where a row says nothing.
        """
        given = {"status": status.value if status else None, "brand": brand, "language": language}

        def parse(data: dict[str, Any]) -> Ticket:
            return parse_ticket(data, source=source, given=given)

        def prepare(batch: list[Ticket]) -> Store:
            return partial(self._intake.store, batch, found=self._intake.find(batch))

        return self._run("tickets", path, reader, source, parse, prepare, strict, progress)

    def articles(
        self,
        path: Path,
        reader: Reader,
        *,
        source: str,
        visibility: str = "public",
        brand: str | None = None,
        language: str | None = None,
        strict: bool = False,
        progress: Callable[[Row], None] = lambda _: None,
    ) -> Report:
        """Import articles of a file; `visibility`, `brand` and `language` fill in where a row says nothing."""
        given = {"visibility": visibility, "brand": brand, "language": language}

        def parse(data: dict[str, Any]) -> Article:
            return parse_article(data, source=source, given=given)

        def prepare(batch: list[Article]) -> Store:
            return partial(self._articles.store, batch)

        return self._run("articles", path, reader, source, parse, prepare, strict, progress)

    def _run(
        self,
        kind: str,
        path: Path,
        reader: Reader,
        source: str,
        parse: Callable[[dict[str, Any]], Any],
        prepare: Callable[[list[Any]], Store],
        strict: bool,
        progress: Callable[[Row], None],
    ) -> Report:
        run = self._begin(kind, path, source)
        report = Report(resumed_at=run.line)

        def write(store: Store, row: Row, rejected: int, done: bool) -> None:
            def checkpoint(session: Session, stored: list[Stored]) -> None:
                _checkpoint(session, run, row, stored, rejected, done)

            for stored in store(within=checkpoint):
                setattr(report, stored.outcome, getattr(report, stored.outcome) + 1)

        batch: list[Any] = []
        last = Row(str(path), run.line, run.offset)
        with _Ahead(prepare, write) as ahead:
            for row in reader(path, run.line):
                try:
                    if row.data is None:
                        raise InvalidInput(row.error, where=row.place)
                    batch.append(parse(row.data))
                except InvalidInput as error:
                    reason = InvalidInput(error.message, where=row.place)
                    if strict:
                        ahead.push(batch, last, report.rejected)
                        ahead.finish()
                        raise InvalidInput(
                            error.message, where=row.place, hint="Mend the line, or leave --strict out to skip it."
                        ) from None
                    report.rejected += 1
                    if len(report.problems) < 100:
                        report.problems.append(str(reason))
                last = row
                progress(row)
                if len(batch) >= BATCH:
                    ahead.push(batch, row, report.rejected)
                    batch = []
            ahead.push(batch, last, report.rejected, done=True)
            ahead.finish()
        return report

    def _begin(self, kind: str, path: Path, source: str) -> ImportRun:
        digest = _fingerprint(kind, path, source)
        with self._database.session() as session:
            run = session.exec(select(ImportRun).where(ImportRun.fingerprint == digest)).first()
            if run is None:
                run = ImportRun(fingerprint=digest, path=str(path))
            elif run.done:
                # The same file once more: go through it again, idempotency does the rest.
                run.offset = run.line = 0
                run.done = False
            session.add(run)
            session.flush()
            return run


def _checkpoint(
    session: Session, run: ImportRun, row: Row, stored: Iterable[Stored], rejected: int, done: bool
) -> None:
    held = session.get(ImportRun, run.id)
    assert held is not None
    outcomes = [item.outcome for item in stored]
    held.line, held.offset, held.done = row.number, row.done, done
    held.unchanged += outcomes.count("unchanged")
    held.stored += len(outcomes) - outcomes.count("unchanged")
    held.rejected, held.updated_at = rejected, now()


def _fingerprint(kind: str, path: Path, source: str) -> str:
    digest = hashlib.sha256(f"{kind}\0{source}\0{path.absolute()}\0".encode())
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        stat = file.stat()
        digest.update(f"{file.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def parse_ticket(data: dict[str, Any], *, source: str, given: dict[str, str | None]) -> Ticket:
    """Give a row as a ticket; raises `InvalidInput` that names what is wrong."""
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidInput("messages is missing or empty")
    cleaned = []
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict):
            raise InvalidInput(f"messages[{number}] is not an object")
        author = str(message.get("author", "")).lower()
        text = message.get("text")
        if not isinstance(text, str):
            raise InvalidInput(f"messages[{number}].text is missing")
        if text.strip():
            cleaned.append(message | {"author": AUTHORS.get(author, author)})
    if not cleaned:
        raise InvalidInput("every message is empty")
    filled = {k: v for k, v in data.items() if v is not None} | {"messages": cleaned, "source": source}
    filled.update({k: v for k, v in given.items() if v is not None and filled.get(k) is None})
    return _validate(Ticket, filled)


def parse_article(data: dict[str, Any], *, source: str, given: dict[str, str | None]) -> Article:
    """Give a row as an article; raises `InvalidInput` that names what is wrong."""
    for name in ("id", "title", "text"):
        if not str(data.get(name) or "").strip():
            raise InvalidInput(f"{name} is missing or empty")
    filled = {k: v for k, v in data.items() if v is not None} | {"source": source}
    filled.update({k: v for k, v in given.items() if v is not None and filled.get(k) is None})
    return _validate(Article, filled)


def _validate(model: type[Parsed], data: dict[str, Any]) -> Parsed:
    if "id" in data and not isinstance(data["id"], str):
        data["id"] = str(data["id"])
    if not str(data.get("id") or "").strip():
        raise InvalidInput("id is missing or empty")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise InvalidInput("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong[:3])) from None
