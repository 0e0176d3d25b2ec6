"""`assist redteam`: attacks on this installation's engine and policy."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.progress import Progress

from assist.cli._root import console, main
from assist.log import configure
from assist.settings import Settings


@main.command()
@click.option(
    "--surface", "surfaces", multiple=True, help="sidebar, chatbot or connectors; repeat for more. Default: all."
)
@click.option(
    "--only", multiple=True, metavar="SET", help="Run this set; repeat for more. `guards`: the guards' own sets."
)
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Evaluation data with more attacks."
)
@click.option("--policy", "file", type=click.Path(path_type=Path, exists=True), help="Thresholds of this policy file.")
@click.option("--limit", type=click.IntRange(min=1), help="Attacks of a set at most.")
@click.option(
    "--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the findings to a file too."
)
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with examples.")
def redteam(
    surfaces: tuple[str, ...],
    only: tuple[str, ...],
    data: Path | None,
    file: Path | None,
    limit: int | None,
    out: Path | None,
    page: Path | None,
) -> None:
    """Attack a throw-away home of the product with the engine in use and with one that obeys every attack.

    Ends with 1 when more attacks succeed than the policy's section `redteam` allows. Nothing of yours is touched.
    """
    from assist.evaluation.data import Data
    from assist.evaluation.redteam import report
    from assist.evaluation.redteam.run import run
    from assist.governance import policy as policies

    configure("CRITICAL", "console")
    policy = policies.load(file) if file is not None else policies.default()
    told = Data(data, None, 0) if data is not None else None
    with Progress(console=console) as bar:
        step = bar.add_task("…", total=None)
        findings = list(
            run(
                Settings(), policy, surfaces=surfaces, data=told, only=only, limit=limit,
                tell=lambda text: bar.update(step, description=text),
            )
        )  # fmt: skip
    console.print(report.table(findings))
    if out is not None:
        out.write_text(report.as_json(findings, policy), encoding="utf-8")
    if page is not None:
        page.write_text(report.as_html(findings, policy), encoding="utf-8")
    for one in findings:
        if not one.met:
            click.echo(
                f"missed: {one.set} on {one.surface} with {one.engine}: {one.succeeded} of {one.tried} succeeded"
            )
    if not all(one.met for one in findings):
        sys.exit(1)
