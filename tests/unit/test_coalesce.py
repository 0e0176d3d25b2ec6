"""Deltas are gathered so that a fast model cannot flood a socket, and nothing is lost by it."""

from __future__ import annotations

from typing import Any

from assist.desk.coalesce import INTERVAL_S, Coalescer


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_first_words_leave_at_once_and_later_ones_together() -> None:
    clock, sent = Clock(), list[dict[str, Any]]()
    out = Coalescer(sent.append, clock=clock)
    for word in ("one", "two", "three", "four"):
        out.text(0, word + " ")
    assert sent == [{"text": {"index": 0, "append": "one "}}]
    clock.now += INTERVAL_S
    out.text(0, "five")
    assert sent[1:] == [{"text": {"index": 0, "append": "two three four five"}}]


def test_finished_sentence_replaces_its_unsent_text() -> None:
    clock, sent = Clock(), list[dict[str, Any]]()
    out = Coalescer(sent.append, clock=clock)
    out.text(0, "He")
    out.text(0, "llo.")
    out.sentences(0, [{"text": "Hello."}])
    out.flush()
    assert sent[-1] == {"draft": {"index": 0, "sentences": [{"text": "Hello."}]}}


def test_alternatives_are_kept_apart() -> None:
    clock, sent = Clock(), list[dict[str, Any]]()
    out = Coalescer(sent.append, clock=clock)
    out.sentences(1, [{"text": "b"}])
    out.sentences(0, [{"text": "a"}])
    out.flush()
    assert sent == [
        {"draft": {"index": 1, "sentences": [{"text": "b"}]}},
        {"draft": {"index": 0, "sentences": [{"text": "a"}]}},
    ]
