"""Retention: what is due goes together and leaves a proof, and the audit stays whole."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import SQLModel, select

from assist.cli import main
from assist.desk.purging import KEPT, PURGED
from assist.desk.retaining import Retainer
from assist.governance import audit
from assist.governance.retention import Retention
from assist.helpdesk import Author, EventKind, Message, TicketEvent
from assist.services import Services
from assist.store.models import AuditEvent, Record, SentText, StreamEvent, Suggestion, Ticket, User, VaultEntry, now
from tests.flows.test_erasure import found_in
from tests.flows.test_suggestion import row, suggest

WORDS = ("unworn jacket with its tags", "maria.lindqvist", "Jacket too small", "too small. How do I return")


def aged(services: Services, days: int) -> None:
    """Make everything as old as that."""
    moved = timedelta(days=days)
    with services.database.session() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name == "audit_event":
                continue
            for column in table.c:
                if column.name in {"created_at", "updated_at", "resolved_at"}:
                    for key, value in session.execute(sa.select(table.primary_key.columns[0], column)).all():
                        if value is not None:
                            session.execute(
                                sa.update(table)
                                .where(table.primary_key.columns[0] == key)
                                .values({column.name: value - moved})
                            )


def retainer(services: Services, days: Retention) -> Retainer:
    return Retainer(services.database, services.index, lambda: days, services.triage.relearn)


@pytest.fixture
def old(filled: Services, agent: User) -> Services:
    suggest(filled, agent)
    found = row(filled)
    with filled.database.session() as session:
        session.add(
            SentText(
                ticket_id=found.id or 0, kind="chat", task="reply", name="m", vendor="v", texts=[["user", WORDS[0]]]
            )
        )
    filled.triage.run(found.id or 0)
    filled.index.save()
    aged(filled, 100)
    return filled


def test_what_is_due_goes_together_and_what_is_not_stays(old: Services) -> None:
    made = retainer(old, Retention(resolved_tickets=99, open_tickets=99, drafts=0, traces=0, stream_events=0))
    assert {word for _, word in found_in(old.settings.home, WORDS)} == {*WORDS} - {"maria.lindqvist"}
    due = made.due()
    before = audit.head(old.database)
    assert made.due() == due
    assert audit.head(old.database) == before
    told = made.run()
    assert (told["resolved_tickets"], told["open_tickets"]) == (2, 1)
    assert {name: told[name] for name in ("resolved_tickets", "open_tickets", "chatbot_talks")} == {
        name: due[name] for name in ("resolved_tickets", "open_tickets", "chatbot_talks")
    }
    old.database.shred(whole=True)
    assert found_in(old.settings.home, WORDS) == set()
    with old.database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            column = table.c.get("ticket_id")
            if column is not None and column.foreign_keys and table.name not in KEPT:
                assert session.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name
        tickets = session.exec(select(Ticket)).all()
        assert {ticket.status for ticket in tickets} == {PURGED}
        # The numbers of what was suggested stay for the statistics.
        suggestion = session.exec(select(Suggestion)).one()
        assert (suggestion.drafts, suggestion.sources, suggestion.status) == ([], [], "done")
        assert all(record.vector is None for record in session.exec(select(Record)) if record.ticket_id)
    # The articles are nobody's.
    assert len(old.index) == 2
    assert audit.verify(old.database)[1] is None
    proofs = [proof.detail for proof in audit.entries(old.database, action="retention.purged")]
    assert [proof["classes"] for proof in proofs if proof] == [{"resolved_tickets": 2}, {"open_tickets": 1}]
    assert "jacket" not in json.dumps(proofs)


def test_each_class_has_its_own_days(old: Services, agent: User) -> None:
    told = retainer(old, Retention(drafts=99, traces=101, stream_events=99, deliveries=0)).run()
    assert told["drafts"] == 1
    assert told["traces"] == 0
    assert told["stream_events"] > 0
    assert (told["resolved_tickets"], told["open_tickets"]) == (0, 0)
    with old.database.reading() as session:
        assert session.exec(select(StreamEvent)).all() == []
        assert len(session.exec(select(SentText)).all()) == 1
        assert session.exec(select(VaultEntry)).all()
    assert suggest(old, agent).drafts


def test_audit_payloads_go_and_the_chain_stays_whole(old: Services) -> None:
    with old.database.session() as session:
        count = session.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one()
    made = retainer(old, Retention(audit_payloads=1))
    assert made.run()["audit_payloads"] == 0
    with old.database.session() as session:
        session.execute(sa.update(AuditEvent).values(at=now() - timedelta(days=3)))
    # The times are in the chain too: this is what a forger would do.
    assert audit.verify(old.database)[1] is not None
    assert made.due()["audit_payloads"] == count
    assert made.run()["audit_payloads"] == count


def test_who_writes_about_a_purged_ticket_opens_it_again(old: Services) -> None:
    retainer(old, Retention(open_tickets=99)).run()
    assert row(old).status == PURGED
    old.intake.receive(
        TicketEvent(
            kind=EventKind.CUSTOMER_REPLY,
            source="test",
            ticket_id="T-9",
            message=Message(author=Author.CUSTOMER, text="Hello again, it still does not fit."),
        )
    )
    assert row(old).status == "open"


def test_the_daily_job_runs_once_a_day(old: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    made = retainer(old, Retention())
    monkeypatch.setattr(made, "run", lambda: ran.append(1) or {})
    made.run_daily()
    made.run_daily()
    assert len(ran) == 1


def test_the_command_says_what_would_go_before_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIST_HOME", str(tmp_path))
    for arguments, said in ((["--dry-run"], "resolved tickets: 0 would go"), ([], "resolved tickets: 0 purged")):
        ran = CliRunner().invoke(main, ["retention", "run", *arguments])
        assert (ran.exit_code, said in ran.output) == (0, True), ran.output


def test_days_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="drafts"):
        Retention(drafts=-1)
