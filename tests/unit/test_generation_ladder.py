"""The ladder against a real HTTP server that speaks the OpenAI protocol and does what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assist.case import Case, CaseMessage, CaseSummary, Source
from assist.errors import ConfigurationError, EngineUnavailable, NeedsModel
from assist.generation.circuit import Circuit
from assist.generation.engine import (
    CallRecord,
    EngineStarted,
    Finished,
    Ladder,
    SentencesReady,
    SourcesReady,
    SummaryReady,
    TextDelta,
)
from assist.generation.models import connect_chat_model
from assist.generation.prompts import Prompts
from assist.helpdesk import Author, Visibility
from assist.settings import Settings

WAIT_S = 5


class ChatServer:
    """Answers chat completions with `pieces`; `mode` makes it fail, break off half-way, or say nothing for ever."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.pieces = ["Hi <PERSON_1>,\n\nRefunds take ", "5 working days [", "1]. Kind regards"]
        self.json: dict[str, Any] | str = {}
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gone = threading.Event()
        self.asked = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        asked = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        self.requests.append(asked)
        self.headers.append({name.lower(): value for name, value in call.headers.items()})
        self.asked.set()
        if self.mode == "silent":
            self._wait_until_gone(call)
        elif self.mode == "error":
            call.send_error(500)
        elif not asked.get("stream"):
            text = self.json if isinstance(self.json, str) else json.dumps(self.json)
            self._send(call, "application/json", json.dumps(completion(text)).encode())
        else:
            self._stream(call)

    def _stream(self, call: BaseHTTPRequestHandler) -> None:
        call.send_response(200)
        call.send_header("Content-Type", "text/event-stream")
        call.end_headers()
        for piece in self.pieces:
            self._event(call, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]})
        if self.mode == "stall":
            self._wait_until_gone(call)
            return
        if self.mode == "break":
            self._event(call, {"error": {"message": "out of memory", "type": "server_error", "code": 500}})
            return
        self._event(call, {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._event(call, {"choices": [], "usage": {"prompt_tokens": 70, "completion_tokens": 9, "total_tokens": 79}})
        call.wfile.write(b"data: [DONE]\n\n")

    def _event(self, call: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", **body}
        call.wfile.write(b"data: " + json.dumps(whole).encode() + b"\n\n")
        call.wfile.flush()

    def _send(self, call: BaseHTTPRequestHandler, kind: str, body: bytes) -> None:
        call.send_response(200)
        call.send_header("Content-Type", kind)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)

    def _wait_until_gone(self, call: BaseHTTPRequestHandler) -> None:
        call.connection.settimeout(WAIT_S)
        if call.connection.recv(1) == b"":
            self.gone.set()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def completion(text: str) -> dict[str, Any]:
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70},
    }


CASE = Case(
    ticket_id=7,
    language="en",
    brand="larkfell",
    contact={"PERSON": ["<PERSON_1>"], "ORDER": ["<ORDER_1>"]},
    messages=[CaseMessage(position=1, author=Author.CUSTOMER, text="How long does a refund for order <ORDER_1> take?")],
)
LONG = CASE.model_copy(
    update={
        "messages": [
            *CASE.messages,
            CaseMessage(position=2, author=Author.AGENT, text="Hi <PERSON_1>, I have started the refund."),
            CaseMessage(position=3, author=Author.CUSTOMER, text="Thank you. When will it arrive?"),
        ]
    }
)
SOURCES = [
    Source(
        record_id=1,
        kind="article",
        title="Refunds",
        text="Refunds take 5 working days.",
        score=0.9,
        visibility=Visibility.PUBLIC,
    )
]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    made = ChatServer()
    yield made
    made.close()


@pytest.fixture
def ladder(server: ChatServer) -> Iterator[Ladder]:
    made = make(server)
    yield made
    made.close()


def make(server: ChatServer, *, clock: Any = time.monotonic, **fields: Any) -> Ladder:
    values: dict[str, Any] = {"chat_deadline_s": 5, "chat_price_in": 10, "chat_price_out": 40, "circuit_failures": 2}
    settings = Settings(chat_model=f"openai-compatible:{server.url}#m", chat_api_key="k-1", **{**values, **fields})
    return Ladder(settings, Prompts.load(), clock=clock)


class Heard:
    """Everything one suggestion said."""

    def __init__(self, ladder: Ladder, case: Case = CASE, **options: Any) -> None:
        self.calls: list[CallRecord] = []
        cancel = options.pop("cancel", threading.Event())
        sources = options.pop("sources", SOURCES)
        self.deltas = list(
            ladder.suggest(
                case,
                previous_summary=options.pop("previous", None),
                retrieve=lambda query: sources,
                cancel=cancel,
                on_call=self.calls.append,
                **options,
            )
        )

    @property
    def engines(self) -> list[str]:
        return [delta.engine for delta in self.deltas if isinstance(delta, EngineStarted)]

    @property
    def finished(self) -> Finished:
        last = self.deltas[-1]
        assert isinstance(last, Finished)
        return last


def test_a_suggestion_streams_summary_sources_and_cited_sentences(server: ChatServer, ladder: Ladder) -> None:
    heard = Heard(ladder)
    kinds = [type(delta) for delta in heard.deltas]
    assert kinds.index(SummaryReady) < kinds.index(SourcesReady) < kinds.index(EngineStarted)
    assert kinds.index(EngineStarted) < kinds.index(TextDelta)
    said = [s for delta in heard.deltas if isinstance(delta, SentencesReady) for s in delta.sentences]
    assert [(s.text, s.kind, s.sources) for s in said] == [
        ("Hi <PERSON_1>,", "greeting", []),
        ("Refunds take 5 working days.", "sourced", [1]),
        ("Kind regards", "closing", []),
    ]
    assert heard.finished.drafts[0].sentences == said
    assert [draft.label for draft in heard.finished.drafts[1:]] == ["from sources"]
    assert heard.finished.prompt_version == Prompts.load()["reply"].version
    assert server.headers[0]["authorization"] == "Bearer k-1"
    assert "Refunds take 5 working days." in server.requests[0]["messages"][0]["content"]


def test_tokens_and_cost_are_counted(ladder: Ladder) -> None:
    heard = Heard(ladder)
    (call,) = [call for call in heard.calls if call.engine == "llm"]
    assert (call.task, call.outcome, call.tokens_in, call.tokens_out) == ("reply", "ok", 70, 9)
    assert call.cost == 70 * 10 + 9 * 40
    assert (heard.finished.tokens_in, heard.finished.tokens_out, heard.finished.cost) == (70, 9, call.cost)


@pytest.mark.parametrize("mode", ["error", "break"])
def test_when_the_model_fails_the_rules_speak(server: ChatServer, ladder: Ladder, mode: str) -> None:
    server.mode = mode
    heard = Heard(ladder)
    assert heard.engines == ["llm", "extractive"]
    assert heard.finished.engine == "extractive"
    assert "Refunds take 5 working days." in heard.finished.drafts[0].text
    assert [(c.task, c.engine, c.outcome) for c in heard.calls if c.task == "reply"] == [
        ("reply", "llm", "error"),
        ("reply", "extractive", "ok"),
    ]


@pytest.mark.parametrize("mode", ["silent", "stall"])
def test_past_the_deadline_the_rules_speak_and_the_call_is_cut(server: ChatServer, mode: str) -> None:
    server.mode = mode
    heard = Heard(make(server, chat_deadline_s=0.5))
    assert heard.finished.engine == "extractive"
    assert "deadline" in [call.outcome for call in heard.calls]
    assert server.gone.wait(WAIT_S)


def test_stop_cuts_a_silent_call_at_once(server: ChatServer, ladder: Ladder) -> None:
    server.mode = "silent"
    cancel = threading.Event()

    def press_stop() -> None:
        server.asked.wait(WAIT_S)
        cancel.set()

    threading.Thread(target=press_stop).start()
    began = time.monotonic()
    heard = Heard(ladder, cancel=cancel)
    assert time.monotonic() - began < 2
    assert not any(isinstance(delta, Finished) for delta in heard.deltas)
    assert [call.outcome for call in heard.calls if call.engine == "llm"] == ["cancelled"]
    assert server.gone.wait(WAIT_S)
    assert ladder.first_engine == "llm"


def test_leaving_the_stream_early_cuts_the_call(server: ChatServer, ladder: Ladder) -> None:
    server.mode = "stall"
    calls: list[CallRecord] = []
    stream = ladder.suggest(
        CASE, previous_summary=None, retrieve=lambda q: SOURCES, cancel=threading.Event(), on_call=calls.append
    )
    for delta in stream:
        if isinstance(delta, TextDelta):
            break
    stream.close()  # type: ignore[attr-defined]
    assert server.gone.wait(WAIT_S)


def test_the_circuit_opens_after_failures_and_closes_after_a_success(server: ChatServer) -> None:
    now = [0.0]
    ladder = make(server, clock=lambda: now[0], circuit_reset_s=30)
    server.mode = "error"
    assert [Heard(ladder).engines for _ in range(3)] == [["llm", "extractive"], ["llm", "extractive"], ["extractive"]]
    assert (ladder.first_engine, ladder.first_model) == ("extractive", "extractive")
    assert len(server.requests) == 2
    now[0], server.mode = 31.0, "ok"
    assert Heard(ladder).finished.engine == "llm"
    assert Heard(ladder).finished.engine == "llm"


def test_a_failed_trial_opens_the_circuit_anew() -> None:
    now = [0.0]
    circuit = Circuit(1, 10, lambda: now[0])
    circuit.fail()
    now[0] = 11
    assert circuit.allow()
    assert not circuit.allow()
    circuit.fail()
    assert not circuit.closed
    now[0] = 22
    assert circuit.allow()
    circuit.release()
    assert circuit.allow()


def test_without_sources_no_model_is_asked(server: ChatServer, ladder: Ladder) -> None:
    heard = Heard(ladder, sources=[])
    assert heard.finished.abstained
    assert heard.finished.missing
    assert not server.requests


def test_a_model_that_finds_no_answer_abstains(server: ChatServer, ladder: Ladder) -> None:
    server.pieces = ["NO_", "SOURCE"]
    heard = Heard(ladder)
    assert (heard.finished.engine, heard.finished.abstained, heard.finished.drafts) == ("llm", True, [])
    assert heard.finished.missing
    assert not any(isinstance(delta, TextDelta) for delta in heard.deltas)


def test_an_empty_answer_is_a_failure(server: ChatServer, ladder: Ladder) -> None:
    server.pieces = [" "]
    assert Heard(ladder).finished.engine == "extractive"


def test_the_cached_summary_comes_first(ladder: Ladder) -> None:
    cached = CaseSummary(upto=0)
    first, second = [d for d in Heard(ladder, previous=cached).deltas if isinstance(d, SummaryReady)]
    assert first.summary is cached
    assert second.summary.upto == 1


def test_an_instruction_reaches_the_model_and_needs_one(server: ChatServer, ladder: Ladder) -> None:
    Heard(ladder, instruction="Mention the warranty")
    assert "Mention the warranty" in server.requests[0]["messages"][1]["content"]
    with pytest.raises(NeedsModel):
        Ladder(Settings(), Prompts.load()).suggest(
            CASE,
            previous_summary=None,
            retrieve=lambda q: [],
            instruction="x",
            cancel=threading.Event(),
            on_call=lambda call: None,
        )


SUMMARY = {
    "request": "How long the refund for order <ORDER_1> takes",
    "done": ["Started the refund", "Flew to the moon"],
    "promised": [],
    "open": ["When will it arrive?"],
    "mood": "friendly",
    "next_step": "Say when the refund will arrive",
}


def test_a_models_summary_keeps_what_the_messages_bear_out(server: ChatServer, ladder: Ladder) -> None:
    server.json = SUMMARY
    heard = Heard(ladder, LONG)
    summary = [d.summary for d in heard.deltas if isinstance(d, SummaryReady)][-1]
    assert summary.engine == "llm"
    assert summary.request is not None
    assert summary.request.messages == [1]
    assert [(line.text, line.messages) for line in summary.done] == [("Started the refund", [2])]
    assert summary.upto == 3
    assert server.requests[-1]["response_format"]["json_schema"]["schema"]["required"]


@pytest.mark.parametrize("wrong", ["no json", {"request": 1}, {**SUMMARY, "request": "The moon is made of cheese"}])
def test_a_wrong_summary_leaves_the_rules_summary(server: ChatServer, ladder: Ladder, wrong: Any) -> None:
    server.json = wrong
    assert ladder.summarise(LONG, None).engine == "extractive"
    assert Heard(ladder, LONG).finished.engine == "llm"


def test_edits_use_the_model_and_fall_back_to_rules(server: ChatServer, ladder: Ladder) -> None:
    text = "Hi <PERSON_1>,\n\nI'm sorry, it takes 5 days."

    def edit(action: str, *pieces: str) -> tuple[str, str]:
        server.pieces = list(pieces)
        result = ladder.rewrite(
            text, action=action, instruction="Add thanks", case=CASE, sources=[], cancel=threading.Event()
        )
        return result.engine, result.text

    assert edit("formal", "Dear <PERSON_1>, we apologise. It takes 5 days.")[0] == "llm"
    assert edit("formal", "Dear <PERSON_1>, it takes 500 days.") == (
        "extractive",
        "Dear <PERSON_1>,\n\nI apologise, it takes 5 days.",
    )
    assert edit("formal", "Dear customer, it takes 5 days.")[0] == "extractive"
    assert edit("instruction", "Hi <PERSON_1> <PERSON_8>, thanks.") == ("llm", "Hi <PERSON_1>, thanks.")
    server.mode = "error"
    with pytest.raises(EngineUnavailable):
        edit("instruction", "")


def test_answers_are_cited_or_fall_back_or_abstain(server: ChatServer, ladder: Ladder) -> None:
    def ask(*pieces: str, sources: list[Source] = SOURCES) -> Any:
        server.pieces = list(pieces)
        return ladder.answer(question="How long does a refund take?", history=[], sources=sources, language="en")

    cited = ask("Refunds take 5 working days [1]. We also sing.")
    assert (cited.engine, [s.text for s in cited.sentences]) == ("llm", ["Refunds take 5 working days."])
    assert cited.calls[0].ledger()["task"] == "chatbot"
    assert ask("It takes a year.").engine == "extractive"
    assert ask("NO_SOURCE").abstained
    assert ask("x", sources=[]).abstained


def test_rules_alone_need_no_model() -> None:
    ladder = Ladder(Settings(), Prompts.load())
    heard = Heard(ladder)
    assert heard.engines == ["extractive"]
    assert heard.finished.prompt_version == "rules-1"
    assert [call.task for call in heard.calls] == ["summary", "reply"]
    assert (ladder.first_engine, ladder.first_model) == ("extractive", "extractive")


def test_a_fault_in_the_rules_leaves_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("assist.generation.suggestion.draft", broken)
    heard = Heard(Ladder(Settings(), Prompts.load()))
    assert heard.finished.engine == "sources"
    assert not heard.finished.abstained


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openai-compatible:nowhere", "server and a model"),
        ("openai-compatible:http://127.0.0.1:1/v1", "server and a model"),
        ("local:/no/such.gguf", "no model file"),
        ("openai:gpt-5-mini", "needs a key"),
    ],
)
def test_a_wrong_chat_model_is_a_clear_error(name: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        connect_chat_model(Settings(chat_model=name))


def test_a_hosted_model_and_an_unknown_provider() -> None:
    hosted = connect_chat_model(Settings(chat_model="openai:gpt-5-mini", chat_api_key="k"))
    assert hosted is not None
    assert hosted.name == "gpt-5-mini"
    with pytest.raises(ConfigurationError, match="cannot be used"):
        connect_chat_model(Settings(chat_model="nobody:model", chat_api_key="k"))


def test_a_file_that_is_no_model_is_reported(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"not a model")
    chat = connect_chat_model(Settings(chat_model=f"local:{path}"))
    assert chat is not None
    with pytest.raises(EngineUnavailable, match="could not be loaded"):
        chat.connected(30)
    chat.close()


def test_the_summary_is_out_before_sources_are_looked_for() -> None:
    seen, waited = threading.Event(), []

    def retrieve(query: Any) -> list[Source]:
        waited.append(seen.wait(WAIT_S))
        return SOURCES

    for delta in Ladder(Settings(), Prompts.load()).suggest(
        CASE, previous_summary=None, retrieve=retrieve, cancel=threading.Event(), on_call=lambda call: None
    ):
        if isinstance(delta, SummaryReady):
            seen.set()
    assert waited == [True]
