"""`assist vault`: the key that encrypts what was masked."""

from __future__ import annotations

import click

from assist.cli._root import main, settings_from


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
