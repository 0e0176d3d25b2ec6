"""A throw-away home of the product, filled through the product's own import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import select

from assist import services as wiring
from assist.desk.importing import reader_for
from assist.helpdesk import Status
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Article, Ticket

SOURCE = "eval"
FILLED = "filled"
Rows = dict[str, Sequence[dict[str, Any]]]


@cache
def _shared_homes() -> TemporaryDirectory[str]:
    """Give the folder of the homes that tasks of this process share; it goes when the process ends."""
    return TemporaryDirectory(prefix="assist-eval-")


@contextmanager
def workspace(
    settings: Settings,
    *,
    tickets: Sequence[dict[str, Any]] = (),
    articles: Sequence[dict[str, Any]] = (),
    unresolved: Sequence[dict[str, Any]] = (),
    shared: bool = False,
) -> Iterator[Services]:
    """Give services on an empty home that holds these resolved tickets and public articles, until the block ends.

    `unresolved` tickets are there to be asked about and never found. Engine, encoder and search settings are those of
    `settings`. `shared`: a later block of this process that asks for the same finds the home as it was left, since
    filling it takes long; only for those who change nothing in it.
    """
    rows = {"articles": articles, "tickets": tickets, "unresolved": unresolved}
    with _home(settings, rows, shared=shared) as home:
        services = wiring.build(
            Settings.embedded(
                home,
                demo=True,
                chat_model=settings.chat_model,
                chat_api_key=settings.chat_api_key,
                embedding_model=settings.embedding_model,
                sources=settings.sources,
                score_floor=settings.score_floor,
            )
        )
        try:
            services.index.open()
            if not (home / FILLED).exists():
                _fill(services, home, rows)
                (home / FILLED).touch()
            services.index.catch_up()
            yield services
        finally:
            services.close()


@contextmanager
def _home(settings: Settings, rows: Rows, *, shared: bool) -> Iterator[Path]:
    if not shared:
        with TemporaryDirectory(prefix="assist-eval-") as name:
            yield Path(name)
        return
    told = json.dumps([settings.embedding_model, {kind: list(some) for kind, some in rows.items()}])
    home = Path(_shared_homes().name) / sha256(told.encode()).hexdigest()[:16]
    home.mkdir(exist_ok=True)
    yield home


def _fill(services: Services, home: Path, rows: Rows) -> None:
    for kind, some in rows.items():
        if not some:
            continue
        path = home / f"{kind}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
        reader = reader_for(path)
        if kind == "articles":
            services.importer.articles(path, reader, source=SOURCE)
        else:
            status = Status.RESOLVED if kind == "tickets" else Status.OPEN
            services.importer.tickets(path, reader, source=SOURCE, status=status)


def names(services: Services) -> tuple[dict[int, str], dict[int, str]]:
    """Give the imported ids of tickets and of articles by those of the database."""
    with services.database.reading() as session:
        tickets = session.exec(select(Ticket.id, Ticket.external_id)).all()
        articles = session.exec(select(Article.id, Article.external_id)).all()
    return ({id: name for id, name in tickets if id is not None}, {id: name for id, name in articles if id is not None})
