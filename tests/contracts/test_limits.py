"""What rate limits promise, in memory and in Redis."""

from __future__ import annotations

import pytest

from assist.errors import TooManyRequests
from assist.web.limits import Limits


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest) -> str:
    return "memory://" if request.param == "memory" else str(request.getfixturevalue("redis_url"))


def test_one_too_many_is_refused(url: str) -> None:
    limits = Limits(url)
    for _ in range(3):
        limits.check("3/minute", "sign-in", "a")
    with pytest.raises(TooManyRequests):
        limits.check("3/minute", "sign-in", "a")


def test_others_are_not_held_back(url: str) -> None:
    limits = Limits(url)
    limits.check("1/minute", "sign-in", "a")
    limits.check("1/minute", "sign-in", "b")
    limits.check("1/minute", "edit", "a")


@pytest.mark.services
def test_processes_count_together(redis_url: str) -> None:
    Limits(redis_url).check("1/minute", "sign-in", "a")
    with pytest.raises(TooManyRequests):
        Limits(redis_url).check("1/minute", "sign-in", "a")
