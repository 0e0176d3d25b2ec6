"""The model path with a real small model under llama.cpp: streaming, stopping, counting, JSON, deadline, restart."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assist.case import Case, CaseMessage, Source
from assist.generation.calls import ModelCaller
from assist.generation.engine import CallRecord, EngineStarted, Finished, Ladder, SentencesReady, TextDelta
from assist.generation.llm_summary import SummaryJson, schema
from assist.generation.local import LlamaServer
from assist.generation.models import connect_chat_model
from assist.generation.prompts import Prompts
from assist.helpdesk import Author, Visibility
from assist.settings import Settings

pytestmark = pytest.mark.model

STORY = (
    "---\ntask: reply\ndescription: x\nmax_tokens: {tokens}\ntemperature: 0\n---\n# system\nYou tell long stories.\n"
    "# user\n{ask}\n"
)
JSON = (
    "---\ntask: summary\ndescription: x\nmax_tokens: 300\ntemperature: 0\n---\n# system\nSum up as JSON, in very few "
    "words.\n# user\n{case}\n"
)
CASE = Case(
    ticket_id=1,
    language="en",
    contact={"PERSON": ["<PERSON_1>"]},
    messages=[CaseMessage(position=1, author=Author.CUSTOMER, text="How long does a refund take?")],
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


@pytest.fixture(scope="module")
def server(smollm_path: Path) -> Iterator[LlamaServer]:
    """One running model for the tests that leave it alive."""
    made = LlamaServer(smollm_path, threads=2)
    made.address(60)
    yield made
    made.close()


def prompts(folder: Path, *, tokens: int, ask: str = "Tell a very long story about a tent.") -> Prompts:
    (folder / "reply.md").write_text(STORY.format(tokens=tokens, ask=ask), encoding="utf-8")
    (folder / "summary.md").write_text(JSON, encoding="utf-8")
    return Prompts.load(folder)


def settings(chat_model: str, **fields: Any) -> Settings:
    values: dict[str, Any] = {"chat_deadline_s": 40, "chat_price_in": 1, "chat_price_out": 2, **fields}
    return Settings(chat_model=chat_model, **values)


def at(server: LlamaServer) -> str:
    return f"openai-compatible:{server.address(30)}/v1#smollm2"


def run(ladder: Ladder, calls: list[CallRecord], cancel: threading.Event | None = None) -> Iterator[Any]:
    return ladder.suggest(
        CASE,
        previous_summary=None,
        retrieve=lambda query: SOURCES,
        cancel=cancel or threading.Event(),
        on_call=calls.append,
    )


def busy(server: LlamaServer) -> bool:
    with urllib.request.urlopen(f"{server.address(5)}/slots", timeout=5) as answer:
        return any(slot["is_processing"] for slot in json.load(answer))


def test_text_streams_and_tokens_are_counted(server: LlamaServer, tmp_path: Path) -> None:
    calls: list[CallRecord] = []
    ladder = Ladder(settings(at(server)), prompts(tmp_path, tokens=40))
    deltas = list(run(ladder, calls))
    assert sum(isinstance(delta, TextDelta) for delta in deltas) > 5
    assert any(isinstance(delta, SentencesReady) for delta in deltas)
    finished = deltas[-1]
    assert isinstance(finished, Finished)
    assert finished.engine == "llm"
    (call,) = [call for call in calls if call.engine == "llm"]
    assert call.outcome == "ok"
    assert call.tokens_in > 10
    assert call.tokens_out == 40
    assert finished.cost == call.tokens_in + 2 * call.tokens_out


def test_stop_ends_the_generation_in_the_server(server: LlamaServer, tmp_path: Path) -> None:
    calls: list[CallRecord] = []
    cancel = threading.Event()
    ladder = Ladder(settings(at(server)), prompts(tmp_path, tokens=1500))
    was_busy = False
    for delta in run(ladder, calls, cancel):
        if isinstance(delta, TextDelta) and not cancel.is_set():
            was_busy = busy(server)
            cancel.set()
            stopped = time.monotonic()
    assert was_busy
    pause = threading.Event()
    while busy(server) and time.monotonic() - stopped < 10:
        pause.wait(0.02)
    # 1,500 tokens take this model some 15 s and more.
    assert time.monotonic() - stopped < 3
    (call,) = [call for call in calls if call.engine == "llm"]
    assert call.outcome == "cancelled"
    assert 0 < call.tokens_out < 200


def test_json_follows_the_schema(server: LlamaServer, tmp_path: Path) -> None:
    chosen = settings(at(server))
    chat = connect_chat_model(chosen)
    assert chat is not None
    calls: list[CallRecord] = []
    narrow = schema()
    for limited in narrow["properties"].values():  # type: ignore[attr-defined]
        # This model fills every line it is given: short ones keep the test short.
        if limited.get("type") == "array":
            limited["maxItems"] = 1
            limited["items"]["maxLength"] = 20
        elif "maxLength" in limited:
            limited["maxLength"] = 20
    raw = ModelCaller(chat, chosen).structured(
        prompts(tmp_path, tokens=5)["summary"],
        {"case": "My parcel is late."},
        narrow,
        cancel=threading.Event(),
        on_call=calls.append,
    )
    assert SummaryJson.model_validate(raw)
    assert calls[0].outcome == "ok"
    assert calls[0].tokens_out > 0


def test_past_the_deadline_the_rules_speak(server: LlamaServer, tmp_path: Path) -> None:
    calls: list[CallRecord] = []
    ladder = Ladder(settings(at(server), chat_deadline_s=0.6), prompts(tmp_path, tokens=1500))
    *_, finished = run(ladder, calls)
    assert isinstance(finished, Finished)
    assert finished.engine == "extractive"
    assert finished.drafts[0].sentences[2].sources == [1]
    assert "deadline" in {call.outcome for call in calls}


def test_a_dead_server_falls_back_and_is_started_again(smollm_path: Path, tmp_path: Path) -> None:
    calls: list[CallRecord] = []
    ladder = Ladder(settings(f"local:{smollm_path}"), prompts(tmp_path, tokens=300))
    server = ladder._caller.chat.server if ladder._caller else None
    assert server is not None
    engines: list[str] = []
    killed = False
    for delta in run(ladder, calls):
        if isinstance(delta, TextDelta) and not killed and server.pid is not None:
            os.kill(server.pid, signal.SIGKILL)
            killed = True
        if isinstance(delta, EngineStarted):
            engines.append(delta.engine)
    assert killed
    assert engines == ["llm", "extractive"]
    assert isinstance(delta, Finished)
    assert "Refunds take 5 working days." in delta.drafts[0].text
    ladder._prompts = prompts(tmp_path, tokens=10)
    *_, finished = run(ladder, calls)
    assert isinstance(finished, Finished)
    assert finished.engine == "llm"
    assert server.starts == 2
    pid = server.pid
    assert pid is not None
    ladder.close()
    assert server.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_product_s_own_prompts_give_a_suggestion(server: LlamaServer) -> None:
    calls: list[CallRecord] = []
    *_, finished = run(Ladder(settings(at(server)), Prompts.load()), calls)
    assert isinstance(finished, Finished)
    assert finished.engine in {"llm", "extractive"}
    assert finished.drafts or finished.abstained
    assert calls
