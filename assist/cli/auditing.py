"""`assist audit`: the append-only audit."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import click

from assist.cli._root import main, services_from
from assist.outgoing import scrubbed_json


@main.group("audit")
def audit_group() -> None:
    """Read the append-only audit, and prove that nobody changed it."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Follow the chain of digests from the first row, and hold it against the anchors; ends with 1 at a fault."""
    from assist.governance import audit

    services = services_from()
    try:
        rows, fault = audit.verify(services.database)
        anchors, unkept = services.anchors.verify()
    finally:
        services.close()
    for found in (fault, unkept):
        if found is not None:
            click.echo(f"{found.kind}, from row {found.seq:,} on: {found.detail}")
    if fault or unkept:
        sys.exit(1)
    click.echo(f"{rows:,} rows follow one another, {anchors:,} anchors agree")


@audit_group.command("anchor")
def audit_anchor() -> None:
    """Write an anchor now; `serve` and `worker` write one a day."""
    services = services_from()
    try:
        click.echo(f"anchored at row {services.anchors.write():,}")
    finally:
        services.close()


@audit_group.command("export")
@click.option("--action", help="Only this action, such as `approval.used`.")
@click.option("--actor", help="Only this actor, such as `user:3`.")
@click.option("--ticket", type=int, help="Only this ticket, by the number of the database.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (UTC).")
def audit_export(action: str | None, actor: str | None, ticket: int | None, since: datetime | None) -> None:
    """Print rows as JSON, one a line; hashes stand for texts."""
    from assist.governance import audit

    services = services_from()
    start = since.replace(tzinfo=UTC) if since else None
    try:
        for row in audit.entries(services.database, action=action, actor=actor, ticket_id=ticket, since=start):
            click.echo(json.dumps(scrubbed_json(row.model_dump(mode="json")), ensure_ascii=False))
    finally:
        services.close()
