"""`assist user`: accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from assist.cli._root import main, settings_from

if TYPE_CHECKING:
    from assist.desk.accounts import Accounts

ROLE = click.Choice(["agent", "lead", "admin"])
_password_file = click.option(
    "--password-file", type=click.File("r"), help="Read the password from a file (`-`: standard input)."
)


@main.group()
def user() -> None:
    """Manage accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", prompt=True, help="The person's name, as colleagues see it.")
@click.option("--role", type=ROLE, default="agent", show_default=True)
@click.option("--group", "groups", multiple=True, help="A group whose tickets they see; repeat for more. None: all.")
@_password_file
def user_add(email: str, name: str, role: str, groups: tuple[str, ...], password_file: Any) -> None:
    """Create an account; the first one should be an admin."""
    password = _password(password_file)
    with _accounts() as accounts:
        made = accounts.add(email=email, name=name, password=password, role=role, groups=list(groups))
    click.echo(f"{made.role} {made.email} created")


@user.command("list")
def user_list() -> None:
    """List the accounts: role, address, groups, how they sign in."""
    with _accounts() as accounts:
        for one in accounts.all():
            groups = ", ".join(one.groups) or "all groups"
            entry = "single sign-on" if one.oidc_subject else "password"
            click.echo(f"{one.role:6} {one.email}  {groups}  {entry}{'' if one.active else '  closed'}")


@user.command("change")
@click.argument("email")
@click.option("--role", type=ROLE)
@click.option("--group", "groups", multiple=True, help="A group whose tickets they see; repeat for more.")
@click.option("--all-groups", is_flag=True, help="They see the tickets of every group.")
@click.option("--close/--open", "close", default=None, help="Close the account, or open it again.")
def user_change(email: str, role: str | None, groups: tuple[str, ...], all_groups: bool, close: bool | None) -> None:
    """Change role or groups, close or open an account; its sessions end."""
    chosen = [] if all_groups else list(groups) or None
    if role is None and chosen is None and close is None:
        raise click.UsageError("Say what to change: --role, --group, --all-groups, --close or --open.")
    with _accounts() as accounts:
        accounts.change(email, role=role, groups=chosen, active=None if close is None else not close)
    click.echo(f"{email} changed; its sessions have ended")


@user.command("password")
@click.argument("email")
@_password_file
def user_password(email: str, password_file: Any) -> None:
    """Set a new password; its sessions end."""
    password = _password(password_file)
    with _accounts() as accounts:
        accounts.set_password(email, password)
    click.echo(f"{email} has a new password; its sessions have ended")


@user.command("revoke")
@click.argument("email")
def user_revoke(email: str) -> None:
    """Sign somebody out everywhere: sessions, tokens, and open sidebars within two seconds."""
    with _accounts() as accounts:
        found = accounts.find(email)
        assert found.id is not None
        accounts.revoke(found.id, actor="cli")
    click.echo(f"{email} is signed out everywhere")


@contextmanager
def _accounts() -> Iterator[Accounts]:
    from assist.desk.accounts import Accounts
    from assist.store.database import Database
    from assist.store.migrations import upgrade

    database = Database(settings_from().database_url)
    upgrade(database)
    try:
        yield Accounts(database)
    finally:
        database.close()


def _password(file: Any) -> str:
    if file is not None:
        return str(file.read().rstrip("\n"))
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
