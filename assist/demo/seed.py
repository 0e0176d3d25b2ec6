"""Fills an empty database with the demo company's data."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlmodel import col, func, select

from assist.desk.importing.importer import parse_article, parse_ticket
from assist.errors import ConfigurationError
from assist.governance.policies import statement_of
from assist.store.models import Ticket, now

if TYPE_CHECKING:
    from assist.services import Services

log = structlog.get_logger(__name__)
FOLDER = Path(__file__).parent
SOURCE = "larkfell"
# The day as of which the data was written; time stamps are moved by whole days so that it reads as today.
WRITTEN = datetime(2026, 11, 24, tzinfo=UTC)
PEOPLE = (
    ("maya.kent@larkfell.example", "Maya Kent", "agent"),
    ("jonas.berg@larkfell.example", "Jonas Berg", "agent"),
    ("priya.nair@larkfell.example", "Priya Nair", "agent"),
    ("tom.ashworth@larkfell.example", "Tom Ashworth", "agent"),
    ("elin.dahl@larkfell.example", "Elin Dahl", "agent"),
    ("samir.haddad@larkfell.example", "Samir Haddad", "agent"),
    ("grace.oyelaran@larkfell.example", "Grace Oyelaran", "agent"),
    ("ruth.calder@larkfell.example", "Ruth Calder", "lead"),
    ("admin@larkfell.example", "Alex Admin", "admin"),
)
BATCH = 64


def seed(services: Services) -> None:
    """Create what is missing: accounts with random passwords, articles, tickets. Again, it changes nothing.

    Raises `ConfigurationError` outside the demo or when the server could be reached from other machines.
    """
    settings = services.settings
    if not settings.demo or not settings.loopback:
        raise ConfigurationError("demo data is only for --demo on loopback", where="demo")
    if services.accounts.count() == 0:
        for email, name, role in PEOPLE:
            # Nobody signs in with these: the demo's buttons open the session.
            added = services.accounts.add(email=email, name=name, role=role, password=secrets.token_urlsafe(24))
            # They are made up, and so is their consent: a visitor wants to see a draft.
            services.policies.accept(added, statement_of(services.policies.active))
    with services.database.reading() as session:
        known = session.exec(select(func.count()).select_from(Ticket).where(col(Ticket.source) == SOURCE)).one()
    if known:
        return
    log.info("filling the demo with its made-up company; this takes about half a minute, once")
    shift = timedelta(days=(now() - WRITTEN).days)
    articles = [
        parse_article(_shifted(row, shift), source=SOURCE, given={"visibility": "public"}) for row in rows("articles")
    ]
    services.articles.store(articles)
    tickets = [
        parse_ticket(_shifted(row, shift), source=SOURCE, given={}) for row in (*rows("resolved"), *rows("open"))
    ]
    for start in range(0, len(tickets), BATCH):
        services.intake.store(tickets[start : start + BATCH])
    services.index.catch_up()
    log.info("demo data is in", articles=len(articles), tickets=len(tickets))


def rows(kind: str) -> Iterator[dict[str, Any]]:
    """Yield the demo data of a kind: `articles`, `resolved` or `open`."""
    for file in sorted((FOLDER / kind).glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def _shifted(row: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    moved = dict(row)
    for name in ("created_at", "resolved_at", "reviewed_at", "at"):
        if moved.get(name):
            value = datetime.fromisoformat(moved[name])
            moved[name] = ((value if value.tzinfo else value.replace(tzinfo=UTC)) + shift).isoformat()
    if "messages" in moved:
        moved["messages"] = [_shifted(message, shift) for message in moved["messages"]]
    return moved
