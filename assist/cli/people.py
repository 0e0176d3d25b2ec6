"""`assist user`: local accounts."""

from __future__ import annotations

from typing import Any

import click

from assist.cli._root import main, settings_from


@main.group()
def user() -> None:
    """Manage local accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", prompt=True, help="The person's name, as colleagues see it.")
@click.option("--role", type=click.Choice(["agent", "lead", "admin"]), default="agent", show_default=True)
@click.option("--group", "groups", multiple=True, help="A group whose tickets they see; repeat for more. None: all.")
@click.option("--password-file", type=click.File("r"), help="Read the password from a file (`-`: standard input).")
def user_add(email: str, name: str, role: str, groups: tuple[str, ...], password_file: Any) -> None:
    """Create an account; the first one should be an admin."""
    if password_file is not None:
        password = password_file.read().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    from assist.desk.accounts import Accounts
    from assist.store.database import Database
    from assist.store.migrations import upgrade

    database = Database(settings_from().database_url)
    upgrade(database)
    made = Accounts(database).add(email=email, name=name, password=password, role=role, groups=list(groups))
    click.echo(f"{made.role} {made.email} created")
