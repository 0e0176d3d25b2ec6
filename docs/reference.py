"""Writes `docs/settings.md` and `docs/commands.md` from the code, so that they cannot be wrong (`make docs`)."""

from __future__ import annotations

from pathlib import Path

import click

from assist.cli import main
from assist.settings import Settings

DOCS = Path(__file__).parent


def settings_page() -> str:
    """Give the page of settings."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable; a `.env` file in the folder you start from works too.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.default
        if field.default_factory is not None or default is None:
            default = ""
        if hasattr(default, "get_secret_value"):
            default = default.get_secret_value()
        shown = f"`{default}`" if str(default) else "empty"
        if len(str(default)) > 60:
            shown = "a sentence of two lines"
        described = (field.description or "").replace("|", "\\|")
        lines.append(f"| `ASSIST_{name.upper()}` | {shown} | {described} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Give the page of commands."""
    lines = ["# Commands", "", "`assist` is in `.venv/bin` after `make setup`.", ""]
    lines += _command("assist", main, None)
    return "\n".join(lines).rstrip() + "\n"


def _command(path: str, command: click.Command, parent: click.Context | None) -> list[str]:
    context = click.Context(command, info_name=path.split()[-1], parent=parent, terminal_width=100)
    lines = [f"## `{path}`", "", "```", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            lines += _command(f"{path} {name}", command.commands[name], context)
    return lines


def write() -> None:
    """Write both pages."""
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
