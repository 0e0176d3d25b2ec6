"""Writes `docs/settings.md` and `docs/commands.md` from the code, so that they cannot be wrong (`make docs`).

Given the JSON of `assist bench` or `assist eval`, writes its figures into `docs/performance.md` or `docs/quality.md`.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

import connectors
from assist.cli import main
from assist.helpdesk import EventKind, WriteKind
from assist.registry import discover
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


def connectors_table() -> str:
    """Give what every connector can do, from its abilities and the last lines of its README."""
    kinds = [kind.value for kind in EventKind]
    head = [
        "helpdesk",
        *(f"`{kind}`" for kind in kinds),
        "events come by",
        "back-fill",
        "written back",
        "tested against",
    ]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for module in discover(connectors, files=False):
        folder = Path(str(module.__file__)).parent
        facts = dict(re.findall(r"^(Events|Tested against): (.+)$", (folder / "README.md").read_text("utf-8"), re.M))
        told = {kind.strip() for kind in facts["Events"].split(",")}
        abilities = _abilities(folder)
        ways = {"events": "webhook", "poll": "polling"}
        cells = [
            f"[{folder.name}](../connectors/{folder.name}/README.md)",
            *("yes" if kind in told else "" for kind in kinds),
            ", ".join(way for ability, way in ways.items() if ability in abilities),
            "yes" if "backfill" in abilities else "",
            ", ".join(kind.value for kind in WriteKind if kind.value in abilities),
            facts["Tested against"].rstrip("."),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _abilities(folder: Path) -> set[str]:
    """Give what a connector can do when everything is set up."""
    settings = json.loads((folder / "fixtures" / "environment.json").read_text("utf-8"))
    held = dict(os.environ)
    os.environ.update(settings)
    try:
        made = importlib.import_module(f"connectors.{folder.name}").connector()
        made.close()
        return {ability.value for ability in made.abilities}
    finally:
        os.environ.clear()
        os.environ.update(held)


def performance_table(rows: list[dict[str, Any]]) -> str:
    """Give what `assist bench --json` wrote of one group as a table."""
    lines = ["| what | value | spread | n | target |", "|---|---:|---:|---:|---:|"]
    for row in rows:
        spread = f"{_short(row['low'])}–{_short(row['high'])}" if row["low"] is not None else ""
        sign = "≤" if row["at_most"] else "≥"
        target = f"{sign} {row['target']:g}" if row["target"] is not None else ""
        name = row["name"] + (f" ({row['note']})" if row["note"] else "")
        lines.append(f"| {name} | {_short(row['value'])} {row['unit']} | {spread} | {row['n']:,} | {target} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def quality_tables(measured: list[dict[str, Any]]) -> dict[str, str]:
    """Give what `assist eval --json` wrote as one table for each task."""
    tables: dict[str, list[str]] = {}
    for one in measured:
        lines = tables.setdefault(
            one["task"],
            [
                "| dataset | rows | metric | product | 95% interval | plain means of the same run |",
                "|---|---:|---|---:|---|---|",
            ],
        )
        for number, (name, value) in enumerate(one["metrics"].items()):
            low, high = one["confidence"].get(name, [value, value])
            others = ", ".join(
                f"{base} {_figure(told[name])}" for base, told in one["baseline"].items() if name in told
            )
            head = f"| {one['dataset']} | {one['n']:,} " if not number else "| | "
            lines.append(f"{head}| {name} | {_figure(value)} | {_figure(low)}–{_figure(high)} | {others} |")
    return {task: "\n".join(lines) for task, lines in tables.items()}


def _figure(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def write_performance(measured: dict[str, Any]) -> None:
    """Put the figures of a bench's JSON into `docs/performance.md`, each group between its marks."""
    page = DOCS / "performance.md"
    text = page.read_text(encoding="utf-8")
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in measured["measures"]:
        groups.setdefault(row["group"], []).append(row)
    for group, rows in groups.items():
        text = _put(text, group, performance_table(rows))
    page.write_text(text, encoding="utf-8")


def write_quality(measured: list[dict[str, Any]]) -> None:
    """Put the figures of an evaluation's JSON into `docs/quality.md`, each task between its marks."""
    page = DOCS / "quality.md"
    text = page.read_text(encoding="utf-8")
    for task, table in quality_tables(measured).items():
        text = _put(text, task, table)
    page.write_text(text, encoding="utf-8")


def _put(page: str, mark: str, table: str) -> str:
    head, found, rest = page.partition(f"<!-- {mark} -->")
    if not found:
        raise ValueError(f"the page has no mark <!-- {mark} -->")
    return f"{head}<!-- {mark} -->\n{table}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"


def write() -> None:
    """Write the pages, and the table of connectors into its own."""
    page = DOCS / "connectors.md"
    page.write_text(_put(page.read_text(encoding="utf-8"), "connectors", connectors_table()), encoding="utf-8")
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
    for given in sys.argv[1:]:
        figures = json.loads(Path(given).read_text(encoding="utf-8"))
        if isinstance(figures, list):
            write_quality(figures)
        else:
            write_performance(figures)
