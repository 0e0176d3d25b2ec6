"""Imports: resumable, idempotent, honest about what they did not take, and safe to kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from assist.desk.importing import Report, reader_for
from assist.errors import InvalidInput
from assist.helpdesk import Status
from assist.services import Services
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import ImportRun, Message, Record, Ticket


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"r-{number}",
            "subject": f"Order {number} is late",
            "messages": [
                {"author": "customer", "text": f"Where is my parcel number {number}? It should be here by now."},
                {"author": "agent", "text": "It left the warehouse this morning and arrives within three days."},
                {"author": "customer", "text": "Thanks."},
            ],
        }
        for number in range(count)
    ]


def write(path: Path, data: list[Any]) -> Path:
    path.write_text("\n".join(item if isinstance(item, str) else json.dumps(item) for item in data) + "\n")
    return path


def run(services: Services, path: Path, **more: Any) -> Report:
    return services.importer.tickets(path, reader_for(path), source="t", status=Status.RESOLVED, **more)


def counts(database: Database) -> tuple[int, int, int]:
    with database.reading() as session:
        return (
            session.exec(select(func.count()).select_from(Ticket)).one(),
            session.exec(select(func.count()).select_from(Message)).one(),
            session.exec(select(func.count()).select_from(Record).where(Record.deleted == False)).one(),  # noqa: E712
        )


def test_import_twice_changes_nothing(services: Services, tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", rows(5))
    assert run(services, path).created == 5
    before = counts(services.database)
    report = run(services, path)
    assert (report.created, report.unchanged) == (0, 5)
    assert counts(services.database) == before == (5, 15, 10)


def test_changed_ticket_is_updated_in_place(services: Services, tmp_path: Path) -> None:
    data = rows(3)
    run(services, write(tmp_path / "t.jsonl", data))
    data[1]["messages"].append({"author": "agent", "text": "You are welcome, and here is a voucher for the wait."})
    report = run(services, write(tmp_path / "t.jsonl", data))
    assert (report.created, report.updated, report.unchanged) == (0, 1, 2)
    assert counts(services.database) == (3, 10, 6)


def test_ticket_that_comes_twice_in_a_file_is_stored_once_as_it_came_last(services: Services, tmp_path: Path) -> None:
    first, second = rows(1)[0], rows(1)[0]
    second["subject"] = "Order 0 is lost"
    second["messages"] = second["messages"][1:]
    report = run(services, write(tmp_path / "t.jsonl", [first, *rows(3)[1:], second]))
    assert (report.created, report.updated) == (3, 1)
    assert counts(services.database) == (3, 8, 6)
    with services.database.reading() as session:
        ticket = session.exec(select(Ticket).where(Ticket.external_id == "r-0")).one()
    assert ticket.subject == "Order 0 is lost"


def test_batches_before_a_failure_are_stored_and_the_import_goes_on_from_there(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "t.jsonl", rows(150))
    find, calls = services.intake.find, iter(range(9))

    def fail(tickets: Any) -> Any:
        if next(calls) == 1:
            raise OSError("the model is gone")
        return find(tickets)

    monkeypatch.setattr(services.intake, "find", fail)
    with pytest.raises(OSError, match="the model is gone"):
        run(services, path)
    assert counts(services.database)[0] == 64
    report = run(services, path)
    assert (report.resumed_at, report.created) == (64, 86)
    assert counts(services.database) == (150, 450, 300)


def test_bad_lines_are_named_counted_and_skipped(services: Services, tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", [*rows(2), "{oops", {"id": "x"}, rows(3)[2]])
    report = run(services, path)
    assert (report.created, report.rejected) == (3, 2)
    assert [problem.removeprefix(str(path)).split(":")[1] for problem in report.problems] == ["3", "4"]


def test_strict_stops_at_the_first_bad_line_and_goes_on_from_there(services: Services, tmp_path: Path) -> None:
    data = [*rows(2), "{oops", rows(4)[3]]
    path = write(tmp_path / "t.jsonl", data)
    with pytest.raises(InvalidInput, match=r"t\.jsonl:3"):
        run(services, path, strict=True)
    assert counts(services.database)[0] == 2
    report = run(services, path)
    assert (report.resumed_at, report.created, report.rejected) == (2, 1, 1)


def test_article_import_takes_its_visibility(services: Services, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [{"id": 1, "title": "Returns", "text": "Send it back within 60 days, please."}])
    assert services.importer.articles(path, reader_for(path), source="a", visibility="internal").created == 1
    with services.database.reading() as session:
        assert session.exec(select(Record)).one().visibility == "internal"


@pytest.mark.slow
def test_kill_during_import_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", rows(600))
    home = tmp_path / "home"
    environment = os.environ | {"ASSIST_HOME": str(home), "ASSIST_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "assist.cli", "import", "tickets", str(path), "--status", "resolved"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    database = Database(Settings(home=home).database_url)

    def stored() -> int:
        try:
            with database.reading() as session:
                return sum(session.exec(select(ImportRun.line)))
        except Exception:  # noqa: BLE001  (the schema may not be there yet)
            return 0

    deadline = time.monotonic() + 120
    while stored() == 0 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = stored()
    assert 0 < done < 600
    with database.reading() as session:
        per_ticket = session.execute(
            select(Ticket.id, func.count(Message.id)).outerjoin(Message).group_by(Ticket.id)  # type: ignore[arg-type]
        ).all()
    # Nothing half-imported: every ticket that is visible has all its messages, and the checkpoint counts them all.
    assert {count for _, count in per_ticket} == {3}
    assert len(per_ticket) == done
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert f"went on after row {done}" in output
    assert f"{600 - done} created" in output
    assert counts(database) == (600, 1800, 1200)
    database.close()


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30).filter(str.strip)
GOOD = st.builds(
    lambda id, texts: {"id": f"p-{id}", "messages": [{"author": "customer", "text": text} for text in texts]},
    st.integers(0, 5),
    st.lists(TEXTS, min_size=1, max_size=3),
)
BAD = st.sampled_from(
    [
        '{"id": "p-1"',
        "[]",
        '{"messages": []}',
        '{"id": "p-1", "messages": 3}',
        '{"id": "p-1", "messages": [{}]}',
        "\x1b",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(GOOD | BAD, min_size=1, max_size=12))
def test_whatever_a_file_holds_is_taken_once_or_named(services: Services, tmp_path: Path, data: list[Any]) -> None:
    source = uuid4().hex
    path = write(tmp_path / f"{source}.jsonl", data)
    good = [row for row in data if isinstance(row, dict)]

    def once() -> Report:
        return services.importer.tickets(path, reader_for(path), source=source)

    def stored() -> dict[str, list[str]]:
        with services.database.reading() as session:
            pairs = session.exec(
                select(Ticket.external_id, Message.text)
                .join(Message)
                .where(Ticket.source == source)
                .order_by(col(Message.position))
            ).all()
        return {id: [text for other, text in pairs if other == id] for id, _ in pairs}

    report = once()
    assert (report.taken, report.rejected) == (len(good), len(data) - len(good))
    assert len(report.problems) == report.rejected
    assert all(path.name in problem for problem in report.problems)
    before = stored()
    # The last line of a ticket is the one that counts.
    assert {id: len(texts) for id, texts in before.items()} == {row["id"]: len(row["messages"]) for row in good}
    again = once()
    # A ticket with two different lines goes through both again, to the same end.
    assert again.created == 0
    assert again.updated == 0 or len({row["id"] for row in good}) < len(good)
    assert stored() == before
