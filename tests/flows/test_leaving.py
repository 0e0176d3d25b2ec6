"""What leaves the product: real bytes on a real socket, with masking at work and with masking that failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from assist import services as wiring
from assist.cli import main
from assist.evaluation.data import Data
from assist.evaluation.leak_search import Watch
from assist.evaluation.planted import Values, planted
from assist.evaluation.recorder import Recorder, recording
from assist.evaluation.tasks import leaks
from assist.helpdesk import Article, Author, EventKind, Message, Ticket, TicketEvent
from assist.redaction.redactor import Redactor
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Message as StoredMessage
from assist.store.models import Record, SentText, Suggestion, User
from tests.flows.conftest import KNOWLEDGE, RESOLVED, SECRET, open_ticket
from tests.flows.test_suggestion import row

VALUES = (("PERSON", "Maria Lindqvist"), ("EMAIL", "maria.lindqvist@example.com"), ("ORDER", "LK-4821937"))
PII = [
    ("PERSON", "Zoë Đurić"), ("PERSON", "Anna-Lena Öztürk"), ("PERSON", "Jörg Müller"), ("PERSON", "Siân Pritchard"),
    ("PERSON", "Nuno Gonçalves"), ("EMAIL_ADDRESS", "zoe.duric@example.org"), ("EMAIL_ADDRESS", "jm_77@mail.example"),
    ("PHONE_NUMBER", "+44 20 7946 0958"), ("PHONE_NUMBER", "030 9018 2012"), ("PHONE_NUMBER", "(555) 010-4477"),
    ("STREET_ADDRESS", "12 Mill Lane, York"), ("ORDER_ID", "#W2378156"), ("USER_ID", "mia_li_3668"),
]  # fmt: skip


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as made:
        yield made


@pytest.fixture
def remote(tmp_path: Path, redactor: Redactor, recorder: Recorder) -> Iterator[Services]:
    """Services whose model and encoder are servers, that is, whose every text leaves."""
    settings = Settings(
        home=tmp_path / "home",
        secret_key=SECRET,  # type: ignore[arg-type]
        chat_model=recorder.chat_model,
        embedding_model=recorder.embedding_model,
        score_floor=0.05,
        _env_file=None,  # type: ignore[call-arg]
    )
    made = wiring.build(settings, redactor=redactor)
    made.index.open()
    made.articles.store(KNOWLEDGE)
    made.intake.store([*RESOLVED, open_ticket()])
    made.index.catch_up()
    yield made
    made.close()


@pytest.fixture
def agent(remote: Services) -> User:
    return remote.accounts.add(email="maya@example.com", name="Maya Kent", password="long enough pw", role="agent")


def suggested(services: Services, instruction: str | None = None) -> Suggestion:
    ticket = row(services)
    suggestion_id, _ = services.suggester.start(ticket.id or 0, user=None, trigger="agent", instruction=instruction)
    services.suggester.run(suggestion_id)
    with services.database.reading() as session:
        return session.get_one(Suggestion, suggestion_id)


def watch(*more: tuple[str, str]) -> Watch:
    made = Watch()
    for kind, value in (*VALUES, *more):
        made.add(kind, value)
    return made


def found(recorder: Recorder, watched: Watch) -> list[tuple[str, str]]:
    sent = recorder.take()
    assert sent
    return [leak for _, body in sent for leak in watched.leaks(body)]


def test_everything_a_ticket_goes_through_leaves_masked(remote: Services, recorder: Recorder, agent: User) -> None:
    ticket = row(remote)
    made = suggested(remote, "Write to MARIA LINDQVIST about lk 4821937, mail maria.lindqvist @ example.com")
    assert made.engine == "llm"
    remote.editor.apply(ticket, action="friendlier", text="Dear Maria Lindqvist, order LK4821937 is on its way.")
    remote.triage.run(ticket.id or 0)
    message = Message(author=Author.AGENT, text="Dear maria lindqvist, see lk-4821937", internal=True)
    remote.intake.receive(TicketEvent(kind=EventKind.INTERNAL_NOTE, source="test", ticket_id="T-9", message=message))
    suggested(remote)
    chat = remote.chatbot.begin(name="Maria Lindqvist", email="maria.lindqvist@example.com")
    list(
        remote.chatbot.answer(
            session_id=chat["session"], token=chat["token"], message_id="m-01",
            text="I am Maria Lindqvist (maria.lindqvist@example.com), how do I return my order?",
        )
    )  # fmt: skip
    paths = {path.rsplit("/", 1)[-1] for path, _ in recorder.bodies}
    assert paths == {"completions", "embeddings"}
    assert found(recorder, watch()) == []


def test_what_masking_missed_is_stopped_at_the_door(remote: Services, recorder: Recorder) -> None:
    ticket = row(remote)
    raw = "Maria Lindqvist, MARIA.LINDQVIST@example.com, order lk 4821937, card 4111 1111 1111 1111, kim@gmail.com"
    with remote.database.session() as session:
        for message in session.exec(select(StoredMessage).where(StoredMessage.ticket_id == ticket.id)):
            message.text = f"Return my jacket! {raw}"
        for record in session.exec(select(Record)):
            record.text += f" {raw}"
    recorder.take()
    suggested(remote)
    more = (("CARD", "4111 1111 1111 1111"), ("EMAIL", "kim@gmail.com"))
    assert b"Return my jacket" in b"".join(body for _, body in recorder.bodies)
    assert found(recorder, watch(*more)) == []


def test_the_search_for_leaks_finds_what_is_there() -> None:
    values = Values()
    values.read([_labelled(kind, value) for kind, value in PII])
    tickets = list(planted([{"id": "1", "text": "Hello there"}] * 20, values, 100))
    for ticket in tickets:
        watched = Watch()
        for kind, value in ticket.contact.known_values():
            watched.add(kind, value)
        body = ticket.model_dump_json(include={"messages"}).encode()
        told = {kind for kind, _ in watched.leaks(b"POST\n\n" + body)}
        assert told == {kind for kind, _ in ticket.contact.known_values()}, body


def test_a_slice_of_the_leak_run_finds_none(tmp_path: Path) -> None:
    for folder in ("pii/dev", "tickets/dev"):
        (tmp_path / folder).mkdir(parents=True)
    pii = [_labelled(kind, value) for kind, value in PII]
    (tmp_path / "pii/dev/own.jsonl").write_text("".join(json.dumps(one) + "\n" for one in pii))
    tickets = [
        {"id": str(n), "messages": [{"author": "customer", "text": f"My lamp number {n} is broken, what can I do?"}]}
        for n in range(20)
    ]
    (tmp_path / "tickets/dev/own.jsonl").write_text("".join(json.dumps(one) + "\n" for one in tickets))
    (told,) = leaks.run(Data(tmp_path, 60), Settings(_env_file=None), lambda _: None)  # type: ignore[call-arg]
    assert told.metrics["leaks"] == 0
    assert told.metrics["messages"] >= 60
    assert told.metrics["requests.chat"] > 0
    assert told.metrics["requests.embedding"] > 0


def test_the_agent_is_shown_exactly_what_was_sent(remote: Services, recorder: Recorder) -> None:
    recorder.take()
    made = suggested(remote)
    told = remote.leaving.of(row(remote), made)
    sent = [json.loads(body.partition(b"\n\n")[2]) for _, body in recorder.take()]
    prompts = [[(m["role"], m["content"]) for m in one["messages"]] for one in sent if "messages" in one]
    inputs = [one["input"] for one in sent if "input" in one]
    chats = [call for call in told["calls"] if call["kind"] == "chat"]
    assert [[(pair["role"], pair["text"]) for pair in call["texts"]] for call in chats] == prompts
    embedded = [call for call in told["calls"] if call["kind"] == "embedding"]
    assert [[pair["text"] for pair in call["texts"]] for call in embedded] == inputs
    assert {(call["name"], call["vendor"]) for call in told["calls"]} == {
        ("recorder", "this machine"),
        ("recorder-embedding", "this machine"),
    }
    assert told["would"] is None


def test_without_a_model_the_agent_sees_what_one_would_get(filled: Services) -> None:
    told = filled.leaving.of(row(filled), None)
    assert told["calls"] == []
    assert told["would"]["name"] == ""
    text = json.dumps(told["would"])
    assert "<PERSON_1>" in text
    assert "Lindqvist" not in text
    with filled.database.reading() as session:
        assert session.exec(select(SentText)).all() == []


def test_published_contact_data_still_reaches_the_model(remote: Services, recorder: Recorder) -> None:
    hours = "Returning a jacket by phone: call 0800 123 4567 or write to returns@larkfell.example about your refund."
    remote.articles.store([Article(source="test", id="A-phone", title="Returning a jacket by phone", text=hours)])
    remote.index.catch_up()
    recorder.take()
    suggested(remote)
    sent = b"".join(body for path, body in recorder.take() if "chat" in path).decode()
    assert "0800 123 4567" in sent
    assert "returns@larkfell.example" in sent


def test_tracing_of_langchain_is_kept_from_sending(tmp_path: Path, recorder: Recorder) -> None:
    """In a process of its own: the library remembers its variables."""
    base = recorder.url.removesuffix("/v1")
    tracing = {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_ENDPOINT": f"{base}/trace"}
    environment = os.environ | tracing | {"LANGSMITH_API_KEY": "x", "ASSIST_HOME": str(tmp_path), "ASSIST_DEMO": "1"}
    source = tmp_path / "tickets.jsonl"
    source.write_text(open_ticket().model_dump_json() + "\n")
    for command in (
        ["import", "tickets", str(source), "--source", "test"],
        ["suggest", "test", "T-9"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "assist.cli", *command], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert recorder.take() == []


def test_an_exported_audit_holds_no_value(remote: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    suggested(remote, "Tell Maria Lindqvist that LK-4821937 comes")
    monkeypatch.setenv("ASSIST_HOME", str(remote.settings.home))
    monkeypatch.setenv("ASSIST_SECRET_KEY", SECRET)
    ran = CliRunner().invoke(main, ["audit", "export"])
    assert ran.exit_code == 0, ran.output
    assert "suggestion.done" in ran.output
    assert list(watch().leaks(ran.output.encode())) == []


def _labelled(kind: str, value: str) -> dict[str, object]:
    return {"id": value, "text": f"It is {value}.", "spans": [{"start": 6, "end": 6 + len(value), "type": kind}]}


def _ticket(id: str) -> Ticket:
    return open_ticket().model_copy(update={"id": id})
