"""What the job queue promises, on SQLite, Redis and PostgreSQL."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assist.errors import ConfigurationError
from assist.jobs import Jobs

SECRET = "a secret that is long enough for a test"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("redis", marks=pytest.mark.services),
        pytest.param("postgresql", marks=pytest.mark.services),
    ]
)
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.db'}"
    return str(request.getfixturevalue({"redis": "redis_url", "postgresql": "postgres_url"}[request.param]))


@pytest.fixture
def done() -> queue.Queue[int]:
    return queue.Queue()


@pytest.fixture
def jobs(queue_url: str, done: queue.Queue[int]) -> Iterator[Jobs]:
    def fail() -> None:
        raise ValueError("on purpose")

    made = Jobs(queue_url, SECRET, {"note": lambda n: done.put(n), "fail": fail})
    yield made
    made.stop()


def test_jobs_are_done(jobs: Jobs, done: queue.Queue[int]) -> None:
    jobs.start(workers=2)
    for number in range(10):
        jobs.enqueue("note", n=number)
    assert sorted(done.get(timeout=10) for _ in range(10)) == list(range(10))


def test_jobs_wait_for_a_worker(jobs: Jobs, done: queue.Queue[int]) -> None:
    jobs.enqueue("note", n=1)
    assert jobs.pending() == 1
    jobs.start(workers=1)
    assert done.get(timeout=10) == 1
    assert jobs.pending() == 0


def test_another_process_takes_the_job(jobs: Jobs, queue_url: str) -> None:
    taken: queue.Queue[tuple[str, int]] = queue.Queue()
    other = Jobs(queue_url, SECRET, {"note": lambda n: taken.put(("other", n))})
    jobs.enqueue("note", n=7)
    other.start(workers=1)
    assert taken.get(timeout=10) == ("other", 7)
    other.stop()


def test_job_that_fails_does_not_stop_the_worker(jobs: Jobs, done: queue.Queue[int]) -> None:
    jobs.start(workers=1)
    jobs.enqueue("fail")
    jobs.enqueue("note", n=2)
    assert done.get(timeout=10) == 2


def test_job_signed_with_another_secret_is_not_run(jobs: Jobs, queue_url: str, done: queue.Queue[int]) -> None:
    forger = Jobs(queue_url, "somebody else's secret, also long", {"note": lambda n: None})
    forger.enqueue("note", n=666)
    jobs.start(workers=1)
    jobs.enqueue("note", n=1)
    assert done.get(timeout=10) == 1
    assert done.empty()


def test_unknown_job_is_refused(jobs: Jobs) -> None:
    with pytest.raises(ConfigurationError, match="no job"):
        jobs.enqueue("missing")


def test_unknown_queue_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a queue"):
        Jobs("mysql://host/db", SECRET, {})


def test_run_until_ends_when_told(jobs: Jobs, done: queue.Queue[int]) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=jobs.run_until, args=(stop, 1))
    thread.start()
    jobs.enqueue("note", n=1)
    assert done.get(timeout=10) == 1
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
