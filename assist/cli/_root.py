"""What every command needs: settings, services, and errors that a person can act on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError
from rich.console import Console

from assist import __version__
from assist.errors import AssistError, ConfigurationError
from assist.log import configure
from assist.settings import Settings

if TYPE_CHECKING:
    from assist.services import Services

console = Console(stderr=True)


class Group(click.Group):
    """Prints errors that a person can act on without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a known error ends it with status 2."""
        try:
            return super().invoke(ctx)
        except AssistError as error:
            click.echo(f"assist: {error}", err=True)
            sys.exit(2)


def settings_from(**given: Any) -> Settings:
    """Give settings from the environment with what the command line adds; a wrong value names its variable."""
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        name = f"ASSIST_{'_'.join(map(str, wrong['loc'])).upper()}"
        raise ConfigurationError(wrong["msg"], where=name, hint="See docs/settings.md.") from None
    configure(settings.log_level, settings.log_format)
    return settings


def services_from(**given: Any) -> Services:
    """Give services with the index open, for commands that work on the data."""
    from assist import services

    built = services.build(settings_from(**given))
    built.index.open()
    return built


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assist")
def main() -> None:
    """Agent Assist: AI drafts, humans decide."""
