"""The audit: what it says of a suggestion on its way to a customer, and that tampering is found."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import col, select

from assist.cli import main
from assist.errors import ConfigurationError, Forbidden
from assist.governance import audit
from assist.governance.anchors import Anchors
from assist.services import Services
from assist.store.database import Database
from assist.store.migrations import upgrade
from assist.store.models import AuditEvent, User
from tests.flows.test_suggestion import row as ticket_row
from tests.flows.test_suggestion import suggest


def written(database: Database, *actions: str) -> None:
    for action in actions:
        with database.session() as session:
            audit.note(session, action, actor="user:1", ticket_id=7, n=len(action))


def change(database: Database, statement: str, **values: object) -> None:
    with database.session() as session:
        session.connection().execute(sa.text(statement), values)


def test_a_draft_and_its_approval_leave_their_trace_without_a_word_of_them(filled: Services, agent: User) -> None:
    made = suggest(filled, agent)
    ticket = ticket_row(filled, "T-9")
    text = "Please send it back within 60 days.\n\nKind regards"
    token, _ = filled.sender.approve(ticket, user=agent, text=text, suggestion_id=made.id)
    filled.sender.send(ticket, user=agent, text=text, approval=token)
    rows = list(audit.entries(filled.database, ticket_id=ticket.id))
    assert [row.action for row in rows][-3:] == ["suggestion.done", "approval.issued", "approval.used"]
    done = next(row for row in rows if row.action == "suggestion.done").detail
    assert done is not None
    assert done["suggestion"] == made.id
    assert done["sources"] == [source["record_id"] for source in made.sources]
    assert done["engine"] == "extractive"
    assert "60 days" not in json.dumps([row.detail for row in rows])
    assert audit.verify(filled.database)[1] is None


def test_what_is_undone_was_never_done(filled: Services, agent: User) -> None:
    ticket = ticket_row(filled, "T-9")
    token, _ = filled.sender.approve(ticket, user=agent, text="One text")
    before = audit.head(filled.database)
    with pytest.raises(Forbidden):
        filled.sender.send(ticket, user=agent, text="Another text", approval=token)
    assert audit.head(filled.database) == before


def test_changed_removed_and_reordered_rows_are_found(any_database: Database) -> None:
    written(any_database, "a", "bb", "ccc", "dddd")
    assert audit.verify(any_database) == (4, None)

    def fault() -> tuple[int, str] | None:
        _, found = audit.verify(any_database)
        return (found.seq, found.kind) if found is not None else None

    change(any_database, "UPDATE audit_event SET actor = 'user:2' WHERE seq = 2")
    assert fault() == (2, "changed")
    change(any_database, "UPDATE audit_event SET actor = 'user:1' WHERE seq = 2")
    assert fault() is None
    change(any_database, "UPDATE audit_event SET detail = :detail WHERE seq = 3", detail='{"n": 4}')
    assert fault() == (3, "detail changed")
    change(any_database, "UPDATE audit_event SET detail = NULL WHERE seq = 3")
    assert fault() == (3, "detail removed")
    change(any_database, "UPDATE audit_event SET detail = :detail WHERE seq = 3", detail='{"n": 3}')
    assert fault() is None
    change(any_database, "UPDATE audit_event SET seq = 9 WHERE seq = 2")
    assert fault() == (2, "removed")
    change(any_database, "UPDATE audit_event SET seq = 2 WHERE seq = 9")
    change(any_database, "DELETE FROM audit_event WHERE seq = 4")
    assert fault() == (4, "removed")


def test_purged_details_need_a_row_that_accounts_for_each(any_database: Database) -> None:
    written(any_database, *"abcdef")
    with any_database.session() as session:
        rows = audit.purge(session, col(AuditEvent.seq).in_([1, 2, 4]))
        assert rows == [[1, 2], [4, 4]]
        audit.note(session, "retention.purged", actor="system", rows=rows)
    assert audit.verify(any_database) == (7, None)
    with any_database.session() as session:
        # What proves a purge is never purged.
        assert audit.purge(session, col(AuditEvent.seq) > 5) == [[6, 6]]
    _, found = audit.verify(any_database)
    assert found is not None
    assert (found.seq, found.kind) == (6, "detail removed")


def test_swapped_rows_are_found_even_with_digests_made_anew(any_database: Database) -> None:
    written(any_database, "a", "bb", "ccc")
    with any_database.session() as session:
        rows = list(session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))))
        second, third = rows[1], rows[2]
        second.action, third.action = third.action, second.action
        second.detail_hash, third.detail_hash = third.detail_hash, second.detail_hash
        second.detail, third.detail = third.detail, second.detail
        second.digest = audit._digest(second)
    _, found = audit.verify(any_database)
    assert found is not None
    assert (found.seq, found.kind) in {(3, "changed"), (3, "re-ordered")}


def test_a_chain_made_anew_does_not_keep_the_anchor(any_database: Database, tmp_path: Path) -> None:
    written(any_database, "a", "bb")
    anchors = Anchors(any_database, tmp_path / "anchors.jsonl", "the secret of this installation")
    assert anchors.write() == 2
    assert anchors.write() == 2
    assert anchors.verify() == (1, None)
    change(any_database, "DELETE FROM audit_event")
    change(any_database, "UPDATE counter SET value = 0 WHERE name = 'audit'")
    written(any_database, "a", "forged")
    assert audit.verify(any_database) == (2, None)
    assert anchors.verify()[1] is not None
    with pytest.raises(ConfigurationError, match="line 1"):
        Anchors(any_database, tmp_path / "anchors.jsonl", "another secret").verify()


def test_two_writers_follow_one_another(any_database: Database) -> None:
    def many() -> None:
        written(any_database, *["a"] * 20)

    threads = [threading.Thread(target=many) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.verify(any_database) == (60, None)


def test_entries_are_filtered(any_database: Database) -> None:
    written(any_database, "a", "bb", "a")
    first = next(audit.entries(any_database))
    assert [row.seq for row in audit.entries(any_database, action="a")] == [1, 3]
    assert list(audit.entries(any_database, actor="user:2")) == []
    assert list(audit.entries(any_database, since=first.at + timedelta(days=1))) == []


def test_commands_verify_export_and_name_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIST_HOME", str(tmp_path))
    monkeypatch.setenv("ASSIST_SECRET_KEY", "a secret of more than thirty-two characters")
    database = Database(f"sqlite:///{tmp_path / 'assist.db'}")
    upgrade(database)
    written(database, "a", "bb")
    for command, told in (("anchor", "row 3"), ("verify", "3 rows follow one another, 1 anchors agree")):
        ran = CliRunner().invoke(main, ["audit", command])
        assert (ran.exit_code, told in ran.output) == (0, True), ran.output
    exported = CliRunner().invoke(main, ["audit", "export", "--action", "bb"])
    assert '"n": 2' in exported.output
    change(database, "UPDATE audit_event SET action = 'cc' WHERE seq = 2")
    ran = CliRunner().invoke(main, ["audit", "verify"])
    assert ran.exit_code == 1
    assert "changed, from row 2 on" in ran.output
    database.close()
