"""A throw-away home of the product, filled through the product's own import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


@contextmanager
def workspace(
    settings: Settings,
    *,
    tickets: Sequence[dict[str, Any]] = (),
    articles: Sequence[dict[str, Any]] = (),
    unresolved: Sequence[dict[str, Any]] = (),
) -> Iterator[Services]:
    """Give services on an empty home that holds these resolved tickets and public articles, until the block ends.

    `unresolved` tickets are there to be asked about and never found.

    Engine, encoder and search settings are those of `settings`.
    """
    with TemporaryDirectory(prefix="assist-eval-") as name:
        home = Path(name)
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
            for kind, rows in (("articles", articles), ("tickets", tickets), ("unresolved", unresolved)):
                if rows:
                    path = home / f"{kind}.jsonl"
                    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
                    reader = reader_for(path)
                    if kind == "articles":
                        services.importer.articles(path, reader, source=SOURCE)
                    else:
                        status = Status.RESOLVED if kind == "tickets" else Status.OPEN
                        services.importer.tickets(path, reader, source=SOURCE, status=status)
            services.index.catch_up()
            yield services
        finally:
            services.close()


def names(services: Services) -> tuple[dict[int, str], dict[int, str]]:
    """Give the imported ids of tickets and of articles by those of the database."""
    with services.database.reading() as session:
        tickets = session.exec(select(Ticket.id, Ticket.external_id)).all()
        articles = session.exec(select(Article.id, Article.external_id)).all()
    return ({id: name for id, name in tickets if id is not None}, {id: name for id, name in articles if id is not None})
