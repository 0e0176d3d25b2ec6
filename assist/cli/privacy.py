"""`assist vault`, `retention`, `erase`, `export`: what is kept of people, how long, and how it goes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from assist.cli._root import main, services_from, settings_from
from assist.errors import InvalidInput


@main.group()
def vault() -> None:
    """Look after the key that encrypts masked values."""


@vault.command("rotate")
def vault_rotate() -> None:
    """Make a new key and encrypt every value anew; safe to interrupt and to run again while the product serves."""
    from assist.desk.rotation import rotate
    from assist.redaction.vault import Vault
    from assist.store.database import Database
    from assist.store.migrations import upgrade

    settings = settings_from()
    database = Database(settings.database_url)
    upgrade(database)
    try:
        done = rotate(database, Vault.from_settings(settings))
    finally:
        database.close()
    click.echo(f"{done:,} values are encrypted with a new key; the old one opens nothing any more")


@main.group()
def retention() -> None:
    """Purge what has been kept long enough."""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would be purged.")
def retention_run(dry_run: bool) -> None:
    """Purge texts, vectors, summaries, traces, vault entries and audit payloads that are due; `serve` does it daily."""
    services = services_from()
    try:
        told = services.retainer.due() if dry_run else services.retainer.run(actor="cli")
    finally:
        services.close()
    for name, count in told.items():
        click.echo(f"{name.replace('_', ' ')}: {count:,}{' would go' if dry_run else ' purged'}")


@main.command()
@click.argument("contact", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--everyone", is_flag=True, help="Erase all contacts that are found, not one only.")
@click.option("--again", is_flag=True, help="Erase all on the list of erasures once more, after a backup was put back.")
def erase(contact: str | None, dry_run: bool, everyone: bool, again: bool) -> None:
    """Erase CONTACT (e-mail, phone, name or helpdesk id): texts, vectors, copies, vault and audit payloads."""
    if again == bool(contact):
        raise InvalidInput("erase needs a contact, or --again", where="erase", hint="See `assist erase --help`.")
    services = services_from()
    try:
        if contact and dry_run:
            found = services.eraser.find(contact)
            click.echo(
                f"{len(found.tickets):,} tickets of {found.people:,} contacts and {len(found.mentions):,} mentions "
                "in tickets of others would be erased"
            )
            return
        done = services.eraser.erase(contact, everyone=everyone) if contact else services.eraser.again(actor="cli")
    finally:
        services.close()
    click.echo(f"{done.tickets:,} tickets and {done.mentions:,} mentions in tickets of others are erased")
    if not done.shredded:
        click.echo("another process reads the database: run `assist erase --again` once it is idle to empty its log")


@main.command()
@click.argument("contact")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file that only you can read.")
@click.option("--dry-run", is_flag=True, help="Only say what would be exported.")
@click.option("--everyone", is_flag=True, help="Export all contacts that are found, not one only.")
def export(contact: str, out: Path | None, dry_run: bool, everyone: bool) -> None:
    """Give all that is kept of CONTACT as JSON, with real values: for the person who asks for it."""
    services = services_from()
    try:
        if dry_run:
            found = services.eraser.find(contact)
            click.echo(f"{len(found.tickets):,} tickets of {found.people:,} contacts, {len(found.mentions):,} mentions")
            return
        told = json.dumps(services.eraser.export(contact, everyone=everyone), ensure_ascii=False, indent=2)
    finally:
        services.close()
    if out is None:
        click.echo(told)
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(told + "\n")
    click.echo(f"written to {out}")
