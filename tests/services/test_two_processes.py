"""Two server processes on PostgreSQL with pgvector, joined by Redis, show one ticket's events in both sidebars."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.conftest import open_sidebar, prepare, serving


@pytest.mark.services
@pytest.mark.slow
def test_both_sidebars_see_the_same_events(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    environment = prepare(
        tmp_path / "home",
        database_url=postgres_url,
        index_url="pgvector://",
        bus_url=redis_url,
        queue_url=redis_url,
        limits_url=redis_url,
    )
    with (
        serving(environment) as one,
        serving(environment) as two,
        open_sidebar(one) as maya,
        open_sidebar(two, "ruth@example.com") as ruth,
    ):
        maya.call("ticket_open", source="test", ticket="T-9", suggest=False)
        opened = ruth.call("ticket_open", source="test", ticket="T-9", suggest=False)
        assert [person["initials"] for person in opened["presence"]] == ["MK", "RC"]
        maya.call("suggest")
        here, there = maya.wait("suggestion_done", 60), ruth.wait("suggestion_done", 60)
        assert here == there
        assert here["suggestion"]["status"] == "done"
        assert "Maria" in " ".join(sentence["text"] for sentence in there["suggestion"]["drafts"][0]["sentences"])
        # Triage may have told its first event before they came; from then on both miss none.
        first = opened["seq"] + 1
        assert ruth.numbers == list(range(first, first + len(ruth.numbers)))
        assert maya.numbers[-len(ruth.numbers) :] == ruth.numbers
        assert maya.numbers == list(range(maya.numbers[0], maya.numbers[0] + len(maya.numbers)))
