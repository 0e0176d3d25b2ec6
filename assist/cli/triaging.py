"""`assist triage`: what is learned from resolved tickets."""

from __future__ import annotations

from typing import Any

import click
from sqlmodel import select

from assist.cli._root import main, services_from
from assist.errors import NotFound


@main.group("triage")
def triage_group() -> None:
    """Learn and look at triage: intent and team, by the workspace's own resolved tickets."""


@triage_group.command("train")
def triage_train() -> None:
    """Learn intent and team anew now; the server does it by itself when enough has come."""
    services = services_from()
    try:
        learned = services.triage.train()
    finally:
        services.close()
    if not learned:
        click.echo("too few resolved tickets have an intent or a group to learn from (20, 3 of a label)")
    for name, facts in learned.items():
        click.echo(_learned(name, facts))


@triage_group.command("show")
@click.argument("source", required=False)
@click.argument("ticket", required=False)
def triage_show(source: str | None, ticket: str | None) -> None:
    """Say what was learned; with SOURCE and TICKET, what triage says about that ticket, as JSON."""
    from assist.desk.cases import load_case
    from assist.store.models import Ticket

    services = services_from()
    try:
        if source is None or ticket is None:
            facts = services.triage.training.facts()
            click.echo("\n".join(_learned(name, told) for name, told in facts.items()) or "nothing is learned yet")
            return
        with services.database.reading() as session:
            found = session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == ticket)).first()
            if found is None or found.id is None:
                raise NotFound(f"there is no ticket {ticket!r}", where=source)
            case = load_case(session, found, services.vault.open(session, found.id))
        click.echo(services.triage.of(case).model_dump_json(indent=2))
    finally:
        services.close()


def _learned(name: str, facts: dict[str, Any]) -> str:
    rows = facts["rows"]
    return (
        f"{name}: {len(rows)} labels from {sum(rows.values()):,} tickets; "
        f"{facts['accuracy']:.1%} right on tickets left out, "
        f"{facts['said']:.1%} get a label, of those {facts['right_when_said']:.1%} right"
    )
