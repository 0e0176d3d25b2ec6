"""`assist serve`, `worker`, `demo`."""

from __future__ import annotations

import os
import signal
import threading

import click

from assist.cli._root import main, services_from, settings_from


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


@main.command()
def demo() -> None:
    """Fill the database with the demo company's data (`serve --demo` does it too)."""
    from assist.demo import seed

    services = services_from(demo=True)
    seed(services)
    services.close()
