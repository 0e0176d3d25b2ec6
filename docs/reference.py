"""Writes `docs/settings.md` and `docs/commands.md` from the code, so that they cannot be wrong (`make docs`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

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
    settings = command.context_settings
    context = click.Context(command, info_name=path.split()[-1], parent=parent, terminal_width=100, **settings)
    lines = [f"## `{path}`", "", "```", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            lines += _command(f"{path} {name}", command.commands[name], context)
    return lines


def performance_table(measured: dict[str, Any]) -> str:
    """Give what `assist bench --json` wrote as a table."""
    lines = ["| group | what | value | spread | n | target |", "|---|---|---:|---:|---:|---:|"]
    for row in measured["measures"]:
        spread = f"{_short(row['low'])}–{_short(row['high'])}" if row["low"] is not None else ""
        sign = "≤" if row["at_most"] else "≥"
        target = f"{sign} {row['target']:g}" if row["target"] is not None else ""
        name = row["name"] + (f" ({row['note']})" if row["note"] else "")
        lines.append(
            f"| {row['group']} | {name} | {_short(row['value'])} {row['unit']} | {spread} | {row['n']:,} | {target} |"
        )
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def write_performance(path: Path) -> None:
    """Put the figures of a bench's JSON into `docs/performance.md`, between its two marks."""
    page = DOCS / "performance.md"
    head, _, rest = page.read_text(encoding="utf-8").partition("<!-- figures -->")
    table = performance_table(json.loads(path.read_text(encoding="utf-8")))
    tail = rest.partition("<!-- end -->")[2]
    page.write_text(f"{head}<!-- figures -->\n{table}\n<!-- end -->{tail}", encoding="utf-8")


def write() -> None:
    """Write both pages."""
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
    for given in sys.argv[1:]:
        write_performance(Path(given))
