"""The command line: `assist serve`, `assist import`, `assist user`, …"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlmodel import select

from assist import __version__
from assist.errors import AssistError, ConfigurationError, InvalidInput, NotFound
from assist.log import configure
from assist.settings import Settings

if TYPE_CHECKING:
    from assist.desk.importing import Report
    from assist.evaluation.result import Result
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


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; PORT and ASSIST_PORT work too.")
@click.option("--demo", is_flag=True, default=None, help="Demo accounts and data, only on loopback.")
def serve(host: str | None, port: int | None, demo: bool | None) -> None:
    """Serve the pages, the sockets and, in this process, the jobs."""
    from assist.web.server import run

    if port is None and os.environ.get("PORT", "").isdigit():
        port = int(os.environ["PORT"])
    run(settings_from(host=host, port=port, demo=demo))


@main.command()
@click.option("--threads", type=int, help="Worker threads; ASSIST_WORKERS works too.")
@click.option("--demo", is_flag=True, default=None, help="Work for a demo that runs beside it.")
def worker(threads: int | None, demo: bool | None) -> None:
    """Run jobs in a process of their own (with a Redis or PostgreSQL queue)."""
    services = services_from(workers=threads, demo=demo)
    services.index.follow()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"assist worker: {services.settings.workers} threads, Ctrl+C ends it", err=True)
    services.jobs.run_until(stop, services.settings.workers)
    services.close()


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


@main.group()
def index() -> None:
    """Look at or rebuild the search index."""


@index.command("status")
def index_status() -> None:
    """Say what the index holds."""
    services = services_from()
    index = services.index
    recall = "not measured" if index.recall is None else f"{100 * index.recall:.1f} %"
    click.echo(f"{len(index)} records at generation {index.generation}; vectors: {index.form}, recall {recall}")
    services.close()


@index.command("rebuild")
def index_rebuild() -> None:
    """Build the index anew from the database."""
    services = services_from()
    services.index.rebuild()
    services.index.save()
    click.echo(f"{len(services.index)} records at generation {services.index.generation}")
    services.close()


@main.group()
def db() -> None:
    """Look after the database's schema."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date; `serve` does it too."""
    from assist.store.database import Database
    from assist.store.migrations import current, upgrade

    database = Database(settings_from().database_url)
    upgrade(database)
    click.echo(f"schema at revision {current(database)[0]}")


@db.command("current")
def db_current() -> None:
    """Say which revision the schema has and which is the newest."""
    from assist.store.database import Database
    from assist.store.migrations import current

    present, newest = current(Database(settings_from().database_url))
    click.echo(f"schema at revision {present or 'none'}, newest is {newest}")


@main.command()
@click.argument("source")
@click.argument("ticket")
def suggest(source: str, ticket: str) -> None:
    """Make a suggestion for one ticket and print it as JSON, masked as a model sees it."""
    from assist.desk.cases import cached_summary, latest_suggestion, suggestion_json
    from assist.store.models import Ticket

    services = services_from()
    with services.database.reading() as session:
        found = session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == ticket)).first()
    if found is None or found.id is None:
        raise NotFound(f"there is no ticket {ticket!r}", where=source, hint="`assist import tickets` brings some.")
    suggestion_id, _ = services.suggester.start(found.id, user=None, trigger="cli")
    services.suggester.run(suggestion_id)
    with services.database.reading() as session:
        summary, made = cached_summary(session, found.id), latest_suggestion(session, found.id)
    services.close()
    assert made is not None
    click.echo(
        json.dumps({"case": summary.model_dump(mode="json") if summary else None, **suggestion_json(made)}, indent=2)
    )


@main.group("audit")
def audit_group() -> None:
    """Read the append-only audit, and prove that nobody changed it."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Follow the chain of digests from the first row, and hold it against the anchors; ends with 1 at a fault."""
    from assist.governance import audit

    services = services_from()
    try:
        rows, fault = audit.verify(services.database)
        anchors, unkept = services.anchors.verify()
    finally:
        services.close()
    for found in (fault, unkept):
        if found is not None:
            click.echo(f"{found.kind}, from row {found.seq:,} on: {found.detail}")
    if fault or unkept:
        sys.exit(1)
    click.echo(f"{rows:,} rows follow one another, {anchors:,} anchors agree")


@audit_group.command("anchor")
def audit_anchor() -> None:
    """Write an anchor now; `serve` and `worker` write one a day."""
    services = services_from()
    try:
        click.echo(f"anchored at row {services.anchors.write():,}")
    finally:
        services.close()


@audit_group.command("export")
@click.option("--action", help="Only this action, such as `approval.used`.")
@click.option("--actor", help="Only this actor, such as `user:3`.")
@click.option("--ticket", type=int, help="Only this ticket, by the number of the database.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (UTC).")
def audit_export(action: str | None, actor: str | None, ticket: int | None, since: datetime | None) -> None:
    """Print rows as JSON, one a line; hashes stand for texts."""
    from assist.governance import audit

    services = services_from()
    start = since.replace(tzinfo=UTC) if since else None
    try:
        for row in audit.entries(services.database, action=action, actor=actor, ticket_id=ticket, since=start):
            click.echo(json.dumps(row.model_dump(mode="json"), ensure_ascii=False))
    finally:
        services.close()


@main.group("triage")
def triage_group() -> None:
    """Learn and look at triage: intent and team, by the workspace's own resolved tickets."""


@triage_group.command("train")
def triage_train() -> None:
    """Learn intent and team anew now; the server does it by itself when enough has come."""
    services = services_from()
    try:
        learned = services.triage.train()
    finally:
        services.close()
    if not learned:
        click.echo("too few resolved tickets have an intent or a group to learn from (20, 3 of a label)")
    for name, facts in learned.items():
        click.echo(_learned(name, facts))


@triage_group.command("show")
@click.argument("source", required=False)
@click.argument("ticket", required=False)
def triage_show(source: str | None, ticket: str | None) -> None:
    """Say what was learned; with SOURCE and TICKET, what triage says about that ticket, as JSON."""
    from assist.desk.cases import load_case
    from assist.store.models import Ticket

    services = services_from()
    try:
        if source is None or ticket is None:
            facts = services.triage.training.facts()
            click.echo("\n".join(_learned(name, told) for name, told in facts.items()) or "nothing is learned yet")
            return
        with services.database.reading() as session:
            found = session.exec(select(Ticket).where(Ticket.source == source, Ticket.external_id == ticket)).first()
            if found is None or found.id is None:
                raise NotFound(f"there is no ticket {ticket!r}", where=source)
            case = load_case(session, found, services.vault.open(session, found.id))
        click.echo(services.triage.of(case).model_dump_json(indent=2))
    finally:
        services.close()


def _learned(name: str, facts: dict[str, Any]) -> str:
    rows = facts["rows"]
    return (
        f"{name}: {len(rows)} labels from {sum(rows.values()):,} tickets; "
        f"{facts['accuracy']:.1%} right on tickets left out, "
        f"{facts['said']:.1%} get a label, of those {facts['right_when_said']:.1%} right"
    )


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


@main.command()
def demo() -> None:
    """Fill the database with the demo company's data (`serve --demo` does it too)."""
    from assist.demo import seed

    services = services_from(demo=True)
    seed(services)
    services.close()


if __name__ == "__main__":
    main()
