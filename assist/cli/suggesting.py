"""`assist suggest`: one suggestion, as a model sees it."""

from __future__ import annotations

import json

import click
from sqlmodel import select

from assist.cli._root import main, services_from
from assist.errors import NotFound


@main.command()
@click.argument("source")
@click.argument("ticket")
def suggest(source: str, ticket: str) -> None:
    """Make a suggestion for one ticket and print it as JSON, masked as a model sees it."""
    from assist.desk.cases import cached_summary, latest_suggestion, suggestion_json
    from assist.store.models import Ticket

    services = services_from()
    with services.database.reading() as session:
        found = session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == ticket)).first()
    if found is None or found.id is None:
        raise NotFound(f"there is no ticket {ticket!r}", where=source, hint="`assist import tickets` brings some.")
    suggestion_id, _ = services.suggester.start(found.id, user=None, trigger="cli")
    services.suggester.run(suggestion_id)
    with services.database.reading() as session:
        summary, made = cached_summary(session, found.id), latest_suggestion(session, found.id)
    services.close()
    assert made is not None
    click.echo(
        json.dumps({"case": summary.model_dump(mode="json") if summary else None, **suggestion_json(made)}, indent=2)
    )
