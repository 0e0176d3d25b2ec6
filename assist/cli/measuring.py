"""`assist eval` and `assist bench`: quality and speed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from assist.cli._root import console, main, services_from
from assist.errors import InvalidInput
from assist.log import configure
from assist.settings import Settings

if TYPE_CHECKING:
    from assist.evaluation.result import Result


@main.command("eval")
@click.argument("task", default="own")
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of evaluation data."
)
@click.option("--limit", type=click.IntRange(min=1), help="Rows of a dataset at most; `own` takes 200 unless told.")
@click.option("--seed", type=int, default=0, show_default=True, help="Chooses the rows; the same seed asks the same.")
@click.option("--demo", is_flag=True, default=None, help="Let `own` use the demo company's tickets.")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures to a file too.")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with plots and cases."
)
@click.option(
    "--against", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Compare with an earlier --json."
)
@click.option("--check", is_flag=True, help="End with 1 when a threshold of evaluation/thresholds.yaml is missed.")
def evaluate(
    task: str,
    data: Path | None,
    limit: int | None,
    seed: int,
    demo: bool | None,
    out: Path | None,
    page: Path | None,
    against: Path | None,
    check: bool,
) -> None:
    """Measure quality: TASK `own` asks about your resolved tickets, each as it stood before its first answer; the
    other tasks (`similar`, `summary`, or `all`) use the data of --data and set plain baselines beside the product.
    """
    from assist.evaluation import report
    from assist.evaluation.data import Data
    from assist.evaluation.run import run
    from assist.evaluation.thresholds import verdicts

    if task == "own":
        found = [_evaluate_own(limit or 200, seed, demo)]
    elif data is None:
        raise InvalidInput(f"the task {task!r} needs data", where="eval", hint="Name its folder with --data.")
    else:
        configure("WARNING", "console")
        with Progress(console=console) as bar:
            step = bar.add_task("…", total=None)
            told = Data(data, limit, seed)
            found = list(run(task, told, Settings(), lambda text: bar.update(step, description=text)))
    held = verdicts(found, limited=limit is not None)
    differences = report.compare(against, found) if against is not None else []
    console.print(report.table(found, held))
    if out is not None:
        out.write_text(report.as_json(found), encoding="utf-8")
    if page is not None:
        page.write_text(report.as_html(found, held, differences), encoding="utf-8")
    for one in differences:
        verdict = "differs" if one.significant else "may be chance"
        click.echo(
            f"{one.task} {one.dataset} {one.measure}: {report.figure(one.before)} -> {report.figure(one.after)} "
            f"[{one.low:+.3f}, {one.high:+.3f}], p={one.p:.3f}, {verdict}"
        )
    missed = [one for one in held if not one.met]
    for miss in missed:
        click.echo(
            f"missed: {miss.task} {miss.dataset} {miss.metric} {report.figure(miss.value)}, wanted {miss.wanted}"
        )
    if check and missed:
        sys.exit(1)


def _evaluate_own(sample: int, seed: int, demo: bool | None) -> Result:
    from assist.evaluation import evaluate

    services = services_from(demo=demo)
    try:
        if services.settings.demo:
            from assist.demo import seed as fill

            fill(services)
        with Progress(console=console) as bar:
            task = bar.add_task("tickets", total=None)
            return evaluate(
                services, sample=sample, seed=seed, progress=lambda n, of: bar.update(task, completed=n, total=of)
            )
    finally:
        services.close()


@main.command()
@click.option("--only", multiple=True, metavar="GROUP", help="Measure this group; repeat for more. Default: most.")
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path, file_okay=False), help="Evaluation data to measure on too."
)
@click.option("--quick", is_flag=True, help="Small sizes that only prove that everything runs.")
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures to a file too.")
def bench(only: tuple[str, ...], quick: bool, data: Path | None, out: Path | None) -> None:
    """Measure import, masking, search, drafts and sockets on this machine (about twenty minutes).

    The group `peers` installs what others would use into a temporary folder; `growth` (a thousand vectors to a
    million) is measured when asked for with `--only growth`.
    """
    from assist.bench import run

    configure("ERROR", "console")
    report = run(only=only, quick=quick, data=data, tell=lambda text: console.print(text, style="dim"))
    Console(width=None if sys.stdout.isatty() else 140).print(report.table())
    if out is not None:
        out.write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
    if not quick and any(measure.met is False for measure in report.measures):
        sys.exit(1)
