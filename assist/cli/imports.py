"""`assist import`: tickets and articles from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from assist.cli._root import console, main, services_from

if TYPE_CHECKING:
    from assist.desk.importing import Report


@main.group("import")
def import_group() -> None:
    """Import tickets and articles; repeated or interrupted imports go on where they were."""


def _import_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(
        [
            click.argument("path", type=click.Path(path_type=Path)),
            click.option(
                "--source", help="Name of the origin; (source, id) is the identity. Default: the file's name."
            ),
            click.option(
                "--format", "form", type=click.Choice(["jsonl", "csv", "zendesk"]), help="Default: by the file's name."
            ),
            click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="CSV column of a field."),
            click.option("--brand", help="Brand of rows that name none."),
            click.option("--language", help="Language of rows that name none."),
            click.option("--strict", is_flag=True, help="Stop at the first row that cannot be taken."),
        ]
    ):
        command = option(command)
    return command


@import_group.command("tickets")
@_import_options
@click.option(
    "--status", type=click.Choice(["open", "pending", "resolved"]), help="Status of rows that name none (else open)."
)
def import_tickets(path: Path, status: str | None, **options: Any) -> None:
    """Import tickets from PATH: JSONL, CSV, or a Zendesk-style incremental export."""
    from assist.helpdesk import Status

    _import("tickets", path, status=Status(status) if status else None, **options)


@import_group.command("articles")
@_import_options
@click.option("--visibility", type=click.Choice(["public", "internal"]), default="public", show_default=True)
def import_articles(path: Path, visibility: str, **options: Any) -> None:
    """Import knowledge articles from PATH: JSONL or CSV."""
    _import("articles", path, visibility=visibility, **options)


def _import(
    kind: str, path: Path, *, source: str | None, form: str | None, mapping: tuple[str, ...], **more: Any
) -> None:
    from assist.desk.importing import reader_for

    pairs = dict(pair.partition("=")[::2] for pair in mapping)
    reader = reader_for(path, form, pairs)
    services = services_from()
    total = path.stat().st_size if path.is_file() else sum(page.stat().st_size for page in path.glob("*.json"))
    columns = (
        TextColumn(f"{kind} {{task.fields[rows]}}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("", total=max(total, 1), rows=0)
            report: Report = getattr(services.importer, kind)(
                path,
                reader,
                source=source or path.stem,
                progress=lambda row: bar.update(task, completed=row.done, rows=row.number),
                **more,
            )
        # A file may bring back who was erased since it was written.
        services.eraser.again(shred=False)
        services.index.save()
    finally:
        services.close()
    for problem in report.problems:
        click.echo(problem, err=True)
    if report.rejected > len(report.problems):
        click.echo(f"… and {report.rejected - len(report.problems)} more", err=True)
    if report.resumed_at:
        click.echo(f"went on after row {report.resumed_at}")
    click.echo(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {report.rejected} not taken"
    )
