"""What the bus promises, in one process and over Redis."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assist.bus import Bus, connect

Got = queue.Queue[tuple[str, dict[str, Any]]]


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.services)])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    made = connect("" if request.param == "local" else request.getfixturevalue("redis_url"))
    yield made
    made.close()


def test_everybody_gets_everything_in_order(bus: Bus) -> None:
    first, second = Got(), Got()
    bus.subscribe(lambda topic, payload: first.put((topic, payload)))
    bus.subscribe(lambda topic, payload: second.put((topic, payload)))
    for number in range(20):
        bus.publish("t", {"n": number, "text": "grüße 🙂"})
    for got in (first, second):
        assert [got.get(timeout=5) for _ in range(20)] == [("t", {"n": n, "text": "grüße 🙂"}) for n in range(20)]


def test_handler_that_fails_does_not_stop_the_others(bus: Bus) -> None:
    got = Got()

    def broken(topic: str, payload: dict[str, Any]) -> None:
        raise ValueError(topic, payload)

    bus.subscribe(broken)
    bus.subscribe(lambda topic, payload: got.put((topic, payload)))
    bus.publish("t", {"n": 1})
    bus.publish("t", {"n": 2})
    assert [got.get(timeout=5)[1]["n"] for _ in range(2)] == [1, 2]


@pytest.mark.services
def test_two_processes_hear_each_other(redis_url: str) -> None:
    one, two = connect(redis_url), connect(redis_url)
    got = Got()
    two.subscribe(lambda topic, payload: got.put((topic, payload)))
    one.publish("t", {"n": 1})
    assert got.get(timeout=5) == ("t", {"n": 1})
    one.close()
    two.close()


@pytest.mark.services
def test_bus_comes_back_after_its_connection_was_cut(redis_url: str) -> None:
    import redis

    bus = connect(redis_url)
    got = Got()
    bus.subscribe(lambda topic, payload: got.put((topic, payload)))
    with redis.Redis.from_url(redis_url) as admin:
        admin.client_kill_filter(_type="pubsub")
        wait_for(lambda: admin.pubsub_numsub("assist:bus")[0][1] == 1)

    def heard() -> bool:
        # What is published while the listener connects anew is not repeated, and it may need a second try.
        bus.publish("t", {"n": 1})
        return not got.empty()

    wait_for(heard)
    assert got.get(timeout=5) == ("t", {"n": 1})
    bus.close()


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until a condition holds that no event tells of."""
    import time

    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
