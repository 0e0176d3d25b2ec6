"""`assist kill`: switch everything, a team or an engine off, in every process within two seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from assist.cli._root import main, settings_from

if TYPE_CHECKING:
    from assist.governance.switches import Switches

REASON = click.option("--reason", required=True, help="Why; agents read it in the sidebar.")


@main.group()
def kill() -> None:
    """Switch the assistant off: all of it, for a team, or one engine."""


@kill.command("all")
@REASON
def kill_all(reason: str) -> None:
    """Switch everything off: no draft, no chatbot answer, no call to any server."""
    with _switches() as switches:
        switches.stop("all", reason=reason, by="cli")
    click.echo("everything is switched off")


@kill.command("team")
@click.argument("name")
@REASON
def kill_team(name: str, reason: str) -> None:
    """Switch the assistant off for the tickets of one group."""
    with _switches() as switches:
        switches.stop("team", name, reason=reason, by="cli")
    click.echo(f"switched off for the team {name}")


@kill.command("engine")
@click.argument("name")
@REASON
def kill_engine(name: str, reason: str) -> None:
    """Switch an engine off: `llm`, `extractive`, `embedding`, or a model's name, `*` for any ending."""
    with _switches() as switches:
        switches.stop("engine", name, reason=reason, by="cli")
    click.echo(f"the engine {name} is switched off")


@kill.command("release")
@click.argument("scope", type=click.Choice(["all", "team", "engine"]))
@click.argument("name", required=False, default="")
def kill_release(scope: str, name: str) -> None:
    """Switch on again what was switched off."""
    with _switches() as switches:
        switches.release(scope, name, by="cli")
    click.echo("switched on again")


@kill.command("list")
def kill_list() -> None:
    """List what is switched off."""
    with _switches() as switches:
        stops = switches.all()
    for one in stops:
        click.echo(f"{' '.join(filter(None, (one.scope, one.name)))}  since {one.at} by {one.by}: {one.reason}")
    if not stops:
        click.echo("nothing is switched off")


@contextmanager
def _switches() -> Iterator[Switches]:
    from assist.governance.switches import Switches
    from assist.store.database import Database
    from assist.store.migrations import upgrade

    database = Database(settings_from().database_url)
    try:
        upgrade(database)
        yield Switches(database)
    finally:
        database.close()
