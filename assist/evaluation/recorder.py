"""A real server on a real socket that answers as a model and an embedding server, and keeps every byte it was sent."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIMENSION = 64
MODEL, EMBEDDING = "recorder", "recorder-embedding"
ANSWER = "Thank you for your message. We look into it [1]. Kind regards"
SUMMARY = {"request": "", "done": [], "promised": [], "open": [], "mood": "calm", "next_step": ""}
_WORD = re.compile(r"[^\W\d_]{3,}")


class Recorder:
    """Counts on nothing being kept open: one request, one answer. `bodies` are the requests, headers included."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                recorder._answer(self)

            def do_GET(self) -> None:
                recorder._answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002 - the library's signature
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def chat_model(self) -> str:
        """What `ASSIST_CHAT_MODEL` must be for prompts to come here."""
        return f"openai-compatible:{self.url}#{MODEL}"

    @property
    def embedding_model(self) -> str:
        """What `ASSIST_EMBEDDING_MODEL` must be for texts to be embedded here."""
        return f"openai-compatible:{self.url}#{EMBEDDING}"

    def take(self) -> list[tuple[str, bytes]]:
        """Give what came since the last time, `(path, bytes)`, and forget it."""
        with self._lock:
            taken, self.bodies = self.bodies, []
        return taken

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()

    def _answer(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        with self._lock:
            self.bodies.append((call.path, f"{call.path}\n{call.headers}\n".encode() + body))
        asked = json.loads(body or b"{}")
        if call.path.endswith("/embeddings"):
            rows = [{"object": "embedding", "index": n, "embedding": _vector(text)} for n, text in _inputs(asked)]
            told = {
                "object": "list",
                "data": rows,
                "model": EMBEDDING,
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
            _send(call, "application/json", json.dumps(told).encode())
        elif asked.get("stream"):
            _send(call, "text/event-stream", _stream(ANSWER))
        else:
            text = json.dumps(SUMMARY) if "response_format" in asked else ANSWER
            _send(call, "application/json", json.dumps(_completion(text)).encode())


@contextmanager
def recording() -> Iterator[Recorder]:
    """Give a recorder that listens until the block ends."""
    recorder = Recorder()
    try:
        yield recorder
    finally:
        recorder.close()


def _inputs(asked: dict[str, Any]) -> list[tuple[int, str]]:
    given = asked.get("input", [])
    return list(enumerate([given] if isinstance(given, str) else given))


def _vector(text: str) -> list[float]:
    """Give a vector in which texts that share words are near each other."""
    row = [0.01] * DIMENSION
    for word in _WORD.findall(text.lower()):
        row[hashlib.sha256(word.encode()).digest()[0] % DIMENSION] += 1.0
    return row


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"id": "x", "object": "chat.completion", "created": 1, "model": MODEL, "choices": choices, "usage": usage}


def _stream(text: str) -> bytes:
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    choices: list[dict[str, Any]] = [
        {"index": 0, "delta": {"role": "assistant", "content": text}},
        {"index": 0, "delta": {}, "finish_reason": "stop"},
    ]
    events = [json.dumps({**head, "choices": [choice]}) for choice in choices]
    return "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()


def _send(call: BaseHTTPRequestHandler, kind: str, body: bytes) -> None:
    call.send_response(200)
    call.send_header("Content-Type", kind)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body)
