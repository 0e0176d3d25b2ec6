"""`assist connectors`: how helpdesks are doing, and what to do when one is not."""

from __future__ import annotations

import json
import sys

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assist.cli._root import console, main, services_from
from assist.errors import NotFound
from assist.helpdesk import Connector


@main.group("connectors")
def connectors_group() -> None:
    """Look after the helpdesks that are connected."""


@connectors_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def connectors_list(as_json: bool) -> None:
    """List connectors, what waits, and the events that were given up (the dead letters)."""
    from assist.desk.connecting import connector_rows

    services = services_from()
    try:
        for row in connector_rows(services.database, services.connectors):
            if as_json:
                click.echo(json.dumps(row))
                continue
            click.echo(f"{row['name']}: {', '.join(row['abilities'])}")
            click.echo(f"  events: {row['waiting']} waiting, {row['parked']} parked")
            if row["polled_at"] or row["error"]:
                click.echo(f"  polled: {row['polled_at'] or 'never'} {row['error'] or ''}".rstrip())
            if row["backfilled"]:
                stands = "done" if row["backfill_done"] else "not done"
                click.echo(f"  back-fill: {row['backfilled']} tickets, {stands}")
            if row["cut_off_writes"]:
                click.echo(f"  {row['cut_off_writes']} texts were cut off on their way: look whether they arrived")
        for one in services.inbox.parked():
            told = {"parked": one.id, "connector": one.connector, "ticket": one.ticket, "kind": one.kind}
            told |= {"attempts": one.attempts, "error": one.error, "at": one.at.isoformat()}
            click.echo(
                json.dumps(told)
                if as_json
                else f"parked {one.id}: {one.connector} {one.kind} of ticket {one.ticket}: {one.error}"
            )
    finally:
        services.close()


@connectors_group.command("test")
@click.argument("name")
def connectors_test(name: str) -> None:
    """Try the settings of a connector against its helpdesk; writes nothing there, ends with 1 when one is wrong."""
    services = services_from()
    try:
        checks = _connector(services.connectors, name).test()
    finally:
        services.close()
    for check in checks:
        click.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name}{': ' + check.detail if check.detail else ''}")
    if not all(check.ok for check in checks):
        sys.exit(1)


@connectors_group.command("backfill")
@click.argument("name")
@click.option("--afresh", is_flag=True, help="From the beginning, not from where the last run stopped.")
@click.option("--most", type=click.IntRange(1), help="Stop after about so many tickets.")
def connectors_backfill(name: str, afresh: bool, most: int | None) -> None:
    """Bring the history of a helpdesk in; say it again to go on after an interruption."""
    services = services_from()
    try:
        connector = _connector(services.connectors, name)
        columns = (SpinnerColumn(), TextColumn("{task.fields[taken]} tickets"), TimeElapsedColumn())
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("", taken=0)
            report = services.backfill.run(
                connector, afresh=afresh, most=most, progress=lambda so_far: bar.update(task, taken=so_far.taken)
            )
        services.index.save()
    finally:
        services.close()
    if report.resumed:
        click.echo("went on where the last run stopped")
    click.echo(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.rate:.1f} a second{'' if report.done else '; not done yet'}"
    )


@connectors_group.command("replay")
@click.argument("name", required=False)
@click.option("--id", "ids", type=int, multiple=True, help="Only this parked event; may be given again.")
def connectors_replay(name: str | None, ids: tuple[int, ...]) -> None:
    """Do parked events again, all of them, those of one connector, or those named."""
    services = services_from()
    try:
        places = {(one.connector, one.ticket) for one in services.inbox.parked(name) if not ids or one.id in ids}
        count = services.inbox.replay(name, ids)
        # Here and now, so that the answer says how it went; a worker that is faster does no harm.
        for connector, ticket in sorted(places):
            services.inbox.run(connector, ticket)
        left = len(services.inbox.parked(name))
    finally:
        services.close()
    click.echo(f"{count} done again, {left} parked")


def _connector(connectors: dict[str, Connector], name: str) -> Connector:
    if name not in connectors:
        raise NotFound(
            f"the connector {name!r} is not set up",
            where="connectors",
            hint=f"Set up: {', '.join(sorted(connectors)) or 'none'}. See connectors/README.md.",
        )
    return connectors[name]
