"""The audit page: filters, pages by cursor, verification, anchor and export."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from assist.governance import audit
from assist.governance.audit import Sought
from assist.governance.policies import Policies
from assist.store.database import Database
from assist.store.models import AuditEvent
from tests.access.conftest import House


def page(house: House, **query: Any) -> Any:
    return house.ask("GET", "/admin/audit", "admin", params=query, headers={"Accept": "text/html"})


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r'<td class="n" title="[0-9a-f]{64}">(\d+)</td>', text)]


@pytest.fixture(scope="module")
def versions(house: House) -> dict[str, str]:
    """Two policies, by what the queries call them; the second one stays active."""
    policies = house.services.policies
    source = policies.source(policies.active.version)
    titled = {name: source.replace("title: Default policy", f"title: {name}") for name in ("old", "new")}
    return {name: policies.activate(text).version for name, text in titled.items()}


@pytest.fixture(scope="module")
def many(house: House, versions: dict[str, str]) -> str:
    """A hundred and twenty rows of one action, a third of them under the older policy, on two tickets."""
    policies = house.services.policies
    for name in ("old", "new"):
        policies.activate(policies.source(versions[name]))
        with house.services.database.session() as session:
            for number in range(120):
                if (name == "old") == (number % 3 == 0):
                    ticket = house.tickets["in" if number % 2 else "out"].id
                    audit.note(session, "test.made", actor="user:2", ticket_id=ticket, number=number)
    return "test.made"


def test_pages_go_on_by_cursor_without_loss_or_repetition(house: House, many: str) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"action": many}
    for _ in range(5):
        text = page(house, **query).text
        seen += numbers(text)
        older = re.search(r"before=(\d+)", text)
        if older is None:
            break
        # Rows that come meanwhile move nothing.
        with house.services.database.session() as session:
            audit.note(session, "test.other", actor="system")
        query["before"] = older[1]
    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"policy": "{old}"}, 40),
        ({"policy": "p-"}, 0),
        ({"ticket": "T-in"}, 60),
        ({"ticket": "T-in", "policy": "{old}"}, 20),
        ({"actor": "user:2"}, 120),
        ({"actor": "cli"}, 0),
        ({"since": "2020-01-01", "until": "2020-01-02"}, 0),
        ({"since": f"{datetime.now(UTC):%Y-%m-%d}"}, 120),
        ({"until": f"{datetime.now(UTC):%Y-%m-%d}"}, 120),
        ({"until": f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"}, 0),
    ],
)
def test_filters_count_exactly(
    house: House, many: str, versions: dict[str, str], query: dict[str, str], expected: int
) -> None:
    query = {name: value.format(**versions) for name, value in query.items()}
    answer = house.ask("GET", "/admin/audit/export.jsonl", "admin", params={"action": many, **query})
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert len(rows) == expected
    assert rows == sorted(rows, key=lambda row: row["seq"])
    assert "attachment" in answer.headers["content-disposition"]
    assert len(numbers(page(house, action=many, **query).text)) == min(expected, 50)


@pytest.mark.parametrize(
    ("query", "status"),
    [({"since": "yesterday"}, 400), ({"before": "x"}, 400), ({"ticket": "no such"}, 404), ({"ticket": "#1"}, 200)],
)
def test_wrong_filter_says_what_is_wrong(house: House, query: dict[str, str], status: int) -> None:
    answer = page(house, **query)
    assert answer.status_code == status
    assert ('role="alert"' in answer.text) is (status != 200)


def test_filter_is_shown_as_text(house: House) -> None:
    answer = page(house, policy="<script>alert(1)</script>", actor='"><b>')
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


def test_verification_is_written_down_and_finds_a_change(house: House, many: str) -> None:
    house.services.anchors.write()
    assert house.ask("POST", "/admin/audit/verify", "admin").status_code == 302
    text = page(house).text
    assert "rows follow one another" in text
    assert "Anchored up to row" in text
    with house.services.database.reading() as session:
        row = session.exec(select(AuditEvent).where(AuditEvent.action == many)).first()
    assert row is not None
    with house.services.database.session() as session:
        session.connection().execute(
            sa.text("UPDATE audit_event SET actor = 'user:9' WHERE seq = :seq"), {"seq": row.seq}
        )
    try:
        house.ask("POST", "/admin/audit/verify", "admin")
        assert f"changed, from row {row.seq} on" in page(house).text
    finally:
        with house.services.database.session() as session:
            session.connection().execute(
                sa.text("UPDATE audit_event SET actor = 'user:2' WHERE seq = :seq"), {"seq": row.seq}
            )
    house.ask("POST", "/admin/audit/verify", "admin")
    assert "rows follow one another" in page(house).text


def test_export_is_written_down_and_its_filter_by_name_only(house: House, many: str) -> None:
    house.ask("GET", "/admin/audit/export.jsonl", "admin", params={"action": many, "policy": "{old}"})
    row = audit.browse(house.services.database, Sought(action="audit.exported"), size=1)[0]
    assert row.actor == f"user:{house.people['admin'].id}"
    assert row.detail == {"filter": ["action", "policy"]}


def test_policy_filter_works_on_every_database(any_database: Database) -> None:
    policies = Policies(any_database)
    first = policies.active.version
    second = policies.activate(policies.source(first).replace("title: Default policy", "title: Another")).version
    with any_database.session() as session:
        audit.note(session, "a", actor="system")
    written = {row.seq: row.policy for row in audit.entries(any_database)}
    assert set(written.values()) == {first, second}
    for version in (first, second):
        expected = [seq for seq, policy in written.items() if policy == version]
        assert sorted(row.seq for row in audit.browse(any_database, Sought(policy=version))) == expected
        assert [row.seq for row in audit.entries(any_database, policy=version)] == expected
