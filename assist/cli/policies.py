"""`assist policy`: what the policy says, what another would change, and which is active."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assist.cli._root import main, settings_from
from assist.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from assist.governance.policies import Policies
    from assist.governance.policy import Policy
    from assist.store.database import Database
    from assist.store.models import User

FILE = click.argument("file", type=click.Path(path_type=Path))
LANGUAGE = click.option(
    "--language", type=click.Choice(["en", "de"]), default="en", help="Language of the explanation."
)


@main.group()
def policy() -> None:
    """Show, check and activate the policy."""


@policy.command("show")
@click.argument("version", required=False)
def policy_show(version: str | None) -> None:
    """Print the active policy, or VERSION, as the YAML it was activated from."""
    _, policies = _opened()
    click.echo(policies.source(version or policies.active.version), nl=False)


@policy.command("versions")
def policy_versions() -> None:
    """List every policy that was active, the newest first."""
    _, policies = _opened()
    for row in policies.versions():
        mark = "*" if row.active else " "
        click.echo(f"{mark} {row.number:>4}  {row.version}  {row.activated_at:%Y-%m-%d %H:%M} UTC  {row.origin}")


@policy.command("check")
@FILE
@LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def policy_check(file: Path, language: str, as_json: bool) -> None:
    """Explain a policy, tell what differs from the active one, and play last month's suggestions against it."""
    from assist.governance.policy import load

    read = load(file)
    database, policies = _opened()
    if as_json:
        from assist.desk.policy_replay import replay
        from assist.governance.policy.explain import differences, explain

        told = {
            "version": read.version,
            "explanation": explain(read, language),
            "differences": differences(read, policies.active, language),
            "replay": replay(database, read).as_dict(),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _tell(read, policies, database, language)


@policy.command("activate")
@FILE
@LANGUAGE
@click.option("--by", "email", help="The admin who activates it; without, whoever runs this command.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def policy_activate(file: Path, language: str, email: str | None, yes: bool) -> None:
    """Make a policy the active one; every process follows within two seconds."""
    from assist.governance.policy import load

    read = load(file)
    database, policies = _opened()
    if not yes:
        _tell(read, policies, database, language)
        click.confirm("\nActivate it?", abort=True)
    policies.activate(file.read_text(encoding="utf-8"), by=_admin(database, email) if email else None)
    click.echo(f"policy {read.version} is active")


@policy.command("sheets")
@click.option("--json", "as_json", is_flag=True, help="Print the sheets as JSON.")
@click.option("--due", is_flag=True, help="End with 1 when an engine has no sheet or a review is due.")
def policy_sheets(as_json: bool, due: bool) -> None:
    """Show the model and vendor sheets of the engines that are set up."""
    from assist.governance.sheets import Sheets

    configured = Sheets(settings_from()).configured()
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in configured], ensure_ascii=False, indent=2))
    else:
        for one in configured:
            click.echo(f"{one.use}: {one.engine}")
            if one.sheet is None:
                click.echo("  no sheet: it may only get masked text. docs/policy.md says how to write one.")
                continue
            for name, value in one.sheet.model_dump(mode="json", exclude={"engines"}).items():
                click.echo(f"  {name.replace('_', ' ')}: {value}")
            click.echo(f"  review due: {one.sheet.due}{' (overdue)' if one.overdue else ''}")
    if due and any(one.sheet is None or one.overdue for one in configured):
        sys.exit(1)


def _opened() -> tuple[Database, Policies]:
    from assist.governance.policies import Policies
    from assist.store.database import Database
    from assist.store.migrations import upgrade

    database = Database(settings_from().database_url)
    upgrade(database)
    return database, Policies(database)


def _tell(read: Policy, policies: Policies, database: Database, language: str) -> None:
    from assist.desk.policy_replay import replay
    from assist.governance.policy.explain import differences, explain

    click.echo("\n".join(explain(read, language)))
    click.echo(f"\nAgainst the active policy ({policies.active.version}):")
    click.echo("\n".join(f"  {line}" for line in differences(read, policies.active, language)))
    played = replay(database, read).as_dict()
    outcomes = ", ".join(f"{n:,} {name}" for name, n in played["outcomes"].items())
    click.echo(f"\nLast month's {played['suggestions']:,} suggestions: {outcomes}")
    click.echo(f"  newly withheld {played['newly_withheld']:,}, no longer withheld {played['no_longer_withheld']:,}")
    for topic, n in played["topics"].items():
        click.echo(f"  {topic}: {n:,}")
    for one in played["examples"]:
        because = "; ".join(f"{told['topic']} ({told['found']!r}, {told['where']})" for told in one["because"])
        click.echo(f"  {one['suggestion'][:12]} would be {one['outcome']}: {because}")


def _admin(database: Database, email: str) -> User:
    from sqlmodel import select

    from assist.store.models import User

    with database.reading() as session:
        found = session.exec(select(User).where(User.email == email.strip().lower())).first()
    if found is None or not found.active:
        raise NotFound(f"there is no account {email!r}", where="--by")
    if found.role != "admin":
        raise Forbidden("only an admin activates a policy", where="--by")
    return found
