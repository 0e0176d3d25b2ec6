"""The one door: values are found however they are written, and nothing leaves by another way."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from prometheus_client import CollectorRegistry, Counter

from assist.errors import InvalidInput
from assist.log import configure
from assist.outgoing import SEEN, Destination, handling, inside, label, release, scrubbed, scrubbed_json
from assist.outgoing.seen import Seen
from assist.web.ops import exposition

ROOT = Path(__file__).parents[2]
TO = Destination("chat", "m", "example.com")


@pytest.fixture
def seen() -> Seen:
    made = Seen()
    for kind, value in (
        ("PERSON", "Zoë Đurić-O'Brien"),
        ("EMAIL", "zoe.duric@example.org"),
        ("PHONE", "+44 20 7946 0958"),
        ("ORDER", "#LK-4821937"),
        ("ADDRESS", "12 Mill Lane, York YO1 7AB"),
        ("CARD", "4111 1111 1111 1111"),
        ("PERSON", "山田太郎"),
    ):
        made.note(kind, value, owner=1)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "ZOE DURIC O'BRIEN",
        "zoë  đurić - o’brien",
        "Zoe\u0308 Đurić-O'Brien",
        "zoe duric obrien",
        "Zoe.Duric @ Example.ORG",
        "020 7946-0958",
        "+44 (0)20 79460958",
        "004420 7946 0958",
        "+442079460958",
        "lk 4821937",
        "LK4821937",
        "4821937",
        "12 mill lane york yo1 7ab",
        "4111-1111-1111-1111",
        "様山田太郎様",
    ],
)
def test_a_value_is_found_however_it_is_written(seen: Seen, text: str) -> None:
    whole = f"before {text}, after"
    (place,) = seen.find(whole)
    assert whole[place.start : place.end].strip(" ,様").casefold() in text.casefold()


@pytest.mark.parametrize("text", ["duric farm", "1948219371", "20 7946 095", "mill lane", "zoo", "4111 1111"])
def test_other_texts_are_left_alone(seen: Seen, text: str) -> None:
    assert seen.find(text) == []


def test_a_name_alone_counts_for_its_own_ticket_only(seen: Seen) -> None:
    assert [place.kind for place in seen.find("Zoë wrote", owner=1)] == ["PERSON"]
    assert seen.find("Zoë wrote", owner=2) == []


def test_guesses_count_in_logs_only(seen: Seen) -> None:
    seen.note("PERSON", "Trail Plus", owner=1, sure=False)
    assert seen.find("Trail Plus is out") == []
    assert len(seen.find("Trail Plus is out", likely=True)) == 1


def test_the_oldest_are_forgotten_and_many_threads_may_ask() -> None:
    made = Seen(most=200)

    def fill(base: int) -> None:
        for n in range(500):
            made.note("EMAIL", f"person{base + n}@example.org", owner=n)
            made.find(f"mail to person{base + n}@example.org")

    threads = [threading.Thread(target=fill, args=(base,)) for base in (0, 1_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) <= 200
    assert made.find("person1499@example.org") or made.find("person499@example.org")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("mail a.b@example.com now", "mail (email) now"),
        ("card 4111 1111 1111 1111", "card (card)"),
        ("pay GB33BUKB20201555555555", "pay (iban)"),
        ("call +49 30 901820 or 030 901820", "call (phone) or (phone)"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: (secret)"),
        ("postgresql://me:pw12@db/x", "postgresql://(secret)@db/x"),
        ("password=hunter22", "(secret)"),
        ("at 2026-11-25T09:06:56Z took 12.5 ms on 127.0.0.1:5000", None),
        ("ticket 4821 generation 1234567890 digest 00d2f1a4", None),
    ],
)
def test_what_its_form_gives_away_is_taken_out_of_a_log(text: str, clean: str | None) -> None:
    assert scrubbed(text) == (clean or text)


def test_what_a_company_publishes_reaches_a_model() -> None:
    text = "Write to support@larkfell.example or call 0800 123 4567. Password: at least ten characters."
    assert release([("user", text)], to=TO, task="t") == [("user", text)]
    assert release([("user", "I am kim@gmail.com")], to=TO, task="t") == [("user", "I am (email)")]


def test_what_leaves_is_kept_for_the_ticket_in_hand_across_threads() -> None:
    with handling(7) as sent:
        thread = threading.Thread(target=inside(lambda: release([("user", "Hello")], to=TO, task="reply")))
        thread.start()
        thread.join()
    assert [(one.to, one.task, one.texts) for one in sent] == [(TO, "reply", (("user", "Hello"),))]
    release([("user", "later")], to=TO, task="reply")
    assert len(sent) == 1


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    configure("INFO", "json")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers[:] = [handler]
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()


def test_no_log_line_holds_a_value_whatever_way_it_takes(lines: io.StringIO) -> None:
    SEEN.note("PERSON", "Quirina Vandersloot", owner=901)
    SEEN.note("ORDER", "QV-7319046", owner=901)
    log = structlog.get_logger("assist.test")
    log.warning("failed", reason="no order qv 7319046", nested={"who": ["QUIRINA VANDERSLOOT"]})
    logging.getLogger("somebody.else").error("cannot mail %s", "quirina@vandersloot.example")
    try:
        raise ValueError("Quirina Vandersloot, order QV7319046")
    except ValueError as error:
        log.exception("broke")
        sys.excepthook(type(error), error, error.__traceback__)

    def fail() -> None:
        raise RuntimeError("Quirina  Vandersloot")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    told = lines.getvalue()
    assert told.count("\n") == 5
    assert "(person)" in told
    for value in ("quirina", "vandersloot", "7319046"):
        assert value not in told.lower()


def test_errors_and_exports_tell_no_value() -> None:
    SEEN.note("PERSON", "Quirina Vandersloot", owner=901)
    told = InvalidInput("no Quirina Vandersloot", where="a@b.example", hint="Call +44 20 7946 0958.").as_dict()
    assert told == {"code": "invalid_input", "message": "no (person)", "where": "(email)", "hint": "Call (phone)."}
    assert scrubbed_json({"a": ["quirina vandersloot", 4, None]}) == {"a": ["(person)", 4, None]}


def test_metric_labels_never_hold_a_value() -> None:
    registry = CollectorRegistry()
    counter = Counter("assist_test", "A test.", ["who"], registry=registry)
    for value in ("/tickets/<id>", "ann@example.org", "x" * 200, "Ann; DROP", "extractive"):
        counter.labels(value).inc()
    text = exposition(registry).decode()
    assert 'who="/tickets/<id>"' in text
    assert 'who="extractive"' in text
    assert "ann@" not in text
    assert "xxx" not in text
    assert label("Ann; DROP") == "other"


# Modules that may reach out of the process, and why. A new one has to be thought about here.
REACH_OUT = {
    "assist/generation/lines.py": "the model's HTTP client; what it sends comes from calls.py",
    "assist/generation/models.py": "makes chat models, which only calls.py calls",
    "assist/retrieval/encoder.py": "asks an embedding server, with released texts",
    "assist/bus.py": "the bus of our own processes; masked payloads",
    "assist/bench/server.py": "measures a server of its own",
    "assist/bench/sockets.py": "measures a server of its own",
    "assist/web/oidc.py": "asks the identity provider; nothing of tickets is known there",
    "connectors/http.py": "asks helpdesks, and writes approved replies, notes and drafts there",
    "connectors/email/client.py": "reads a mailbox, and sends approved replies and drafts there",
}
NETWORK = {
    "aiohttp", "ftplib", "http.client", "httpx", "imap_tools", "imaplib", "langchain.chat_models", "langchain_openai",
    "openai", "redis", "requests", "smtplib", "socket", "telnetlib", "urllib.request", "urllib3", "websocket",
}  # fmt: skip


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("assist", "connectors"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/peer/" not in name and "node_modules" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_no_other_module_reaches_out_of_the_process() -> None:
    found = {
        name
        for name, tree in _modules()
        for node in ast.walk(tree)
        for imported in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if imported in NETWORK or imported.split(".")[0] in NETWORK
    }
    assert found <= REACH_OUT.keys()


def test_models_and_embedding_servers_are_called_with_released_texts_only() -> None:
    calls: dict[str, list[str]] = {}
    for name, tree in _modules():
        if not name.startswith(("assist/generation/", "assist/retrieval/")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked = ast.unparse(node.func)
                if asked in {"model.stream", "runnable.invoke", "self._client.embed_documents"}:
                    calls.setdefault(name, []).append(ast.unparse(node.args[0]))
                assert not asked.endswith(("chat.invoke", "model.invoke", ".agenerate", ".generate", ".astream")), name
    assert calls == {
        "assist/generation/calls.py": ["self._released(prompt, values)", "self._released(prompt, values)"],
        "assist/retrieval/encoder.py": ["[text for _, text in released]"],
    }


def test_log_events_are_constant_texts() -> None:
    for name, tree in _modules():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
            ):
                assert node.args, name
                assert isinstance(node.args[0], ast.Constant), f"{name}:{node.lineno}"


def test_metrics_leave_through_one_function() -> None:
    users = {name for name, tree in _modules() if "generate_latest(" in ast.unparse(tree)}
    assert users == {"assist/web/ops.py"}


def test_an_error_of_the_database_does_not_repeat_what_was_written(tmp_path: Path) -> None:
    from sqlalchemy.exc import IntegrityError

    from assist.store.database import Database
    from assist.store.migrations import upgrade
    from assist.store.models import Message

    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade(database)
    with pytest.raises(IntegrityError) as caught, database.session() as session:
        session.add(Message(ticket_id=99, position=1, external_id="1", author="customer", text="Quirina was here"))
    assert "Quirina" not in str(caught.value)
    database.close()
    assert json.dumps(str(caught.value))
