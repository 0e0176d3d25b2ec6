"""A person is erased: from the database, its free pages and log, index files, copies, and what a backup brings back."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlmodel import SQLModel, select

from assist import services as wiring
from assist.cli import main
from assist.errors import Conflict, NotFound
from assist.evaluation.recorder import Recorder, recording
from assist.governance import audit
from assist.helpdesk import Ticket as RawTicket
from assist.redaction.redactor import Redactor
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.database import Database
from assist.store.models import SentText, StreamEvent, Suggestion, Ticket, VaultEntry
from tests.flows.conftest import SECRET, ticket

MARIA = {"name": "Maria Lindqvist", "email": "maria.lindqvist@example.com", "phone": "+44 20 7946 0958", "id": "c-77"}
BEFORE = "2026-01-05T00:00:00Z"
# Words that stand in Maria's tickets alone, masked or not.
OWN_WORDS = ("Maria", "Lindqvist", "lindqvist@example", "7946 0958", "zebrafinch", "quokkafarm", "wombatpost")


def marias(id: str, *texts: str, **more: object) -> RawTicket:
    return ticket(id, *texts, **{"contact": MARIA, **more})  # type: ignore[arg-type]


def others() -> RawTicket:
    return ticket(
        "T-O",
        "Hello, my colleague Maria Lindqvist (maria.lindqvist@example.com) told me about the zebra cage. "
        "How do I fold it?",
        contact={"name": "Tom Okafor", "email": "tom@example.org"},
    )


TICKETS = [
    marias(
        "T-M1",
        "Hello, Maria Lindqvist here, the zebrafinch cage from my order does not fold. Call +44 20 7946 0958.",
        "Please press the two quokkafarm hinges of the zebrafinch cage at once, then it folds flat.",
        status="resolved",
        subject="Folding the zebrafinch cage of Maria Lindqvist",
        resolved_at="2026-01-02T00:00:00Z",
        created_at="2026-01-01T00:00:00Z",
    ),
    marias(
        "T-M2",
        "This is Maria Lindqvist again: my wombatpost parcel came, but how do I fold the cage?",
        created_at="2026-02-01T00:00:00Z",
    ),
    others(),
]


def build(home: Path, redactor: Redactor, encoder: Encoder, recorder: Recorder, database: str = "") -> Services:
    settings = Settings.embedded(
        home, secret_key=SecretStr(SECRET), chat_model=recorder.chat_model, database_url=database
    )
    made = wiring.build(settings, redactor=redactor, encoder=encoder)
    made.index.open()
    return made


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as made:
        yield made


@pytest.fixture
def used(tmp_path: Path, redactor: Redactor, encoder: Encoder, recorder: Recorder) -> Iterator[Services]:
    """Services after a working day: every table that a ticket fills is filled."""
    services = worked(build(tmp_path / "home", redactor, encoder, recorder))
    yield services
    services.close()


def worked(services: Services) -> Services:
    stored = services.intake.store(TICKETS)
    services.index.catch_up()
    for one in stored[1:]:
        suggestion, _ = services.suggester.start(one.ticket_id, user=None, trigger="open")
        services.suggester.run(suggestion)
        services.triage.run(one.ticket_id)
    services.index.save()
    return services


def found_in(home: Path, words: tuple[str, ...]) -> set[tuple[str, str]]:
    """Give which words stand in the bytes of which files of a home."""
    return {
        (path.name, word)
        for path in home.rglob("*")
        if path.is_file()
        for word in words
        if word.lower().encode() in path.read_bytes().lower()
    }


def row(services: Services, external_id: str) -> Ticket | None:
    with services.database.reading() as session:
        return session.exec(select(Ticket).where(Ticket.external_id == external_id)).first()


def test_nothing_of_an_erased_person_is_left_in_any_file(used: Services) -> None:
    home = used.settings.home
    copied = row(used, "T-O")
    assert copied is not None
    with used.database.reading() as session:
        other = session.exec(select(Suggestion).where(Suggestion.ticket_id == copied.id)).one()
        assert "quokkafarm" in json.dumps(other.sources)
        assert any("quokkafarm" in json.dumps(sent.texts) for sent in session.exec(select(SentText)))
        assert any("quokkafarm" in json.dumps(event.payload) for event in session.exec(select(StreamEvent)))
    assert {word for _, word in found_in(home, OWN_WORDS)} >= {"zebrafinch", "quokkafarm", "wombatpost"}
    vectors = {path.name: path.read_bytes() for path in (home / "index").glob("*.faiss")}
    done = used.eraser.erase("MARIA.LINDQVIST@example.com")
    assert (done.tickets, done.mentions, done.shredded) == (2, 2, True)
    assert found_in(home, OWN_WORDS) == set()
    left = {path.name: path.read_bytes() for path in (home / "index").glob("*.faiss")}
    assert left.keys().isdisjoint(vectors)
    assert len(used.index) == 0
    assert audit.verify(used.database)[1] is None
    assert row(used, "T-M1") is None
    opened = used.view.conversation(copied)
    assert "Maria" not in json.dumps(opened)
    assert "Tom Okafor" in json.dumps(opened)


def test_a_dry_run_changes_nothing_and_a_search_needs_no_exact_spelling(used: Services) -> None:
    before = audit.head(used.database)
    for asked in ("maria.lindqvist@EXAMPLE.com", "020 7946-0958", "maria  LINDQVIST", "c-77"):
        found = used.eraser.find(asked)
        assert len(found.tickets) == 2, asked
        assert [one.placeholder for one in found.mentions] != [], asked
    assert audit.head(used.database) == before
    with pytest.raises(NotFound):
        used.eraser.find("somebody.else@example.com")


def test_a_name_of_several_people_erases_nobody_by_mistake(used: Services) -> None:
    used.intake.store(
        [ticket("T-N", "Hi, I am another one.", contact={**MARIA, "email": "m@x.example", "id": None, "phone": None})]
    )
    with pytest.raises(Conflict, match="2 different contacts"):
        used.eraser.erase("Maria Lindqvist")
    assert row(used, "T-M2") is not None
    assert used.eraser.erase("Maria Lindqvist", everyone=True).tickets == 3


def test_the_same_id_in_two_helpdesks_is_two_people(used: Services) -> None:
    def elsewhere(id: str, **contact: str) -> RawTicket:
        made = ticket(id, "Where is my parcel?", contact={"id": "c-77", **contact}, created_at=BEFORE)
        return made.model_copy(update={"source": "two"})

    used.intake.store([elsewhere("T-E", name="Ole Brandt", email="ole@example.org")])
    assert used.eraser.find("c-77").people == 2
    assert len(used.eraser.find("two:c-77").tickets) == 1
    with pytest.raises(Conflict, match="2 different contacts"):
        used.eraser.erase("c-77")
    assert used.eraser.erase("maria.lindqvist@example.com").tickets == 2
    assert row(used, "T-E") is not None
    # Nor is the other kept away by the erased one's id, however their tickets come.
    assert used.eraser.without_erased([elsewhere("T-E2", name="Ole Brandt")]) != []
    same = marias("T-M3", "Me again.", contact={"id": "c-77"}, created_at=BEFORE)
    assert used.eraser.without_erased([same]) == []
    used.eraser.again()
    assert row(used, "T-E") is not None


def test_a_backup_put_back_brings_nobody_back(
    used: Services, tmp_path: Path, redactor: Redactor, encoder: Encoder, recorder: Recorder
) -> None:
    home = used.settings.home
    used.database.shred()
    shutil.copy(home / "assist.db", tmp_path / "backup.db")
    used.eraser.erase("c-77")
    used.close()
    shutil.copy(tmp_path / "backup.db", home / "assist.db")
    for rest in ("assist.db-wal", "assist.db-shm"):
        (home / rest).unlink(missing_ok=True)
    assert found_in(home, ("wombatpost",))
    again = build(home, redactor, encoder, recorder)
    again.start()
    try:
        assert found_in(home, OWN_WORDS) == set()
        listed = (home / "erasures.jsonl").read_text()
        assert "indqvist" not in listed
        assert "c-77" not in listed
        # Somebody who comes back as a customer is not erased for what they wrote before.
        again.intake.store([marias("T-M3", "Hello again, Maria here")])
        assert again.eraser.again().tickets == 0
        # An old export that is imported once more is.
        again.intake.store([TICKETS[0]])
        assert again.eraser.again().tickets == 1
    finally:
        again.close()


def test_erasing_that_was_killed_is_ended_at_the_next_start(used: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(used.eraser, "_purge", killed)
    with pytest.raises(KeyboardInterrupt):
        used.eraser.erase("c-77")
    monkeypatch.undo()
    assert row(used, "T-M2") is not None
    used.eraser.catch_up()
    assert row(used, "T-M2") is None
    head = audit.head(used.database)
    used.eraser.catch_up()
    assert audit.head(used.database) == head


def test_erasing_while_others_write_and_read(used: Services) -> None:
    stop = threading.Event()

    def write() -> None:
        other = Database(used.settings.database_url)
        n = 0
        while not stop.is_set():
            n += 1
            with other.session() as session:
                session.add(Ticket(source="busy", external_id=str(n)))
        other.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        used.eraser.erase("c-77")
    finally:
        stop.set()
        thread.join()
    used.database.shred(whole=True)
    assert found_in(used.settings.home, OWN_WORDS) == set()


def test_export_holds_all_with_real_values_and_nobody_elses(used: Services) -> None:
    told = used.eraser.export("c-77")
    text = json.dumps(told)
    assert {one["ticket"]["external_id"] for one in told["tickets"]} == {"T-M1", "T-M2"}
    for word in ("Maria Lindqvist", "maria.lindqvist@example.com", "wombatpost", "quokkafarm", "+44 20 7946 0958"):
        assert word in text
    assert "Okafor" not in text
    assert told["tickets"][1]["sent_to_models"]
    noted = next(audit.entries(used.database, action="contact.exported"))
    assert "indqvist" not in json.dumps(noted.detail)


def test_commands_export_erase_and_say_what_they_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIST_HOME", str(tmp_path / "home"))
    source = tmp_path / "tickets.jsonl"
    source.write_text(TICKETS[1].model_dump_json() + "\n")

    def run(*arguments: str) -> str:
        ran = CliRunner().invoke(main, list(arguments))
        assert ran.exit_code == 0, ran.output
        return ran.output

    run("import", "tickets", str(source), "--source", "test")
    out = tmp_path / "maria.json"
    run("export", "c-77", "--out", str(out))
    assert out.stat().st_mode & 0o077 == 0
    assert "wombatpost" in out.read_text()
    assert "1 tickets of 1 contacts" in run("erase", "c-77", "--dry-run")
    assert "1 tickets and 0 mentions" in run("erase", "c-77")
    assert "0 tickets" in run("erase", "--again")
    assert found_in(tmp_path / "home", ("wombatpost", "Lindqvist")) == set()
    # The same file once more: who was erased stays so.
    source.write_text(source.read_text() + "\n")
    run("import", "tickets", str(source), "--source", "test")
    assert found_in(tmp_path / "home", ("wombatpost", "Lindqvist")) == set()


def test_erased_vault_entries_are_gone(used: Services) -> None:
    used.eraser.erase("c-77")
    with used.database.reading() as session:
        tickets = {entry.ticket_id for entry in session.exec(select(VaultEntry))}
    other = row(used, "T-O")
    assert other is not None
    assert tickets == {other.id}


@pytest.mark.services
def test_erasing_and_retention_work_on_postgresql(
    tmp_path: Path, redactor: Redactor, encoder: Encoder, recorder: Recorder, postgres_url: str
) -> None:
    services = worked(build(tmp_path / "home", redactor, encoder, recorder, postgres_url))
    try:
        assert any(word in text for text in texts(services) for word in OWN_WORDS)
        done = services.eraser.erase("c-77")
        assert (done.tickets, done.mentions) == (2, 2)
        assert not [text for text in texts(services) for word in OWN_WORDS if word in text]
        assert services.retainer.due()["resolved_tickets"] == 0
        assert set(services.retainer.run().values()) == {0}
        assert audit.verify(services.database)[1] is None
    finally:
        services.close()


def texts(services: Services) -> Iterator[str]:
    """Yield every row of every table, as text."""
    with services.database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for one in session.execute(table.select()).all():
                yield str(one)
