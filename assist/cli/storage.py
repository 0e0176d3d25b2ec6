"""`assist index` and `assist db`: what is stored."""

from __future__ import annotations

import click

from assist.cli._root import main, services_from, settings_from


@main.group()
def index() -> None:
    """Look at or rebuild the search index."""


@index.command("status")
def index_status() -> None:
    """Say what the index holds."""
    services = services_from()
    index = services.index
    recall = "not measured" if index.recall is None else f"{100 * index.recall:.1f} %"
    click.echo(f"{len(index)} records at generation {index.generation}; vectors: {index.form}, recall {recall}")
    services.close()


@index.command("rebuild")
def index_rebuild() -> None:
    """Build the index anew from the database."""
    services = services_from()
    services.index.rebuild()
    services.index.save()
    click.echo(f"{len(services.index)} records at generation {services.index.generation}")
    services.close()


@main.group()
def db() -> None:
    """Look after the database's schema."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date; `serve` does it too."""
    from assist.store.database import Database
    from assist.store.migrations import current, upgrade

    database = Database(settings_from().database_url)
    upgrade(database)
    click.echo(f"schema at revision {current(database)[0]}")


@db.command("current")
def db_current() -> None:
    """Say which revision the schema has and which is the newest."""
    from assist.store.database import Database
    from assist.store.migrations import current

    present, newest = current(Database(settings_from().database_url))
    click.echo(f"schema at revision {present or 'none'}, newest is {newest}")
