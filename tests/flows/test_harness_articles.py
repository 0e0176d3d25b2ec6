"""`assist eval articles`: what a customer's question finds, and that it finds nothing where there is no answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assist.evaluation.data import Data
from assist.evaluation.run import run
from assist.evaluation.tasks import articles
from assist.evaluation.workspace import names, workspace
from assist.settings import Settings

HOUSES = ("Mill House", "Harbour Inn", "Old Brewery")
ARTICLES = [
    {"id": f"{house}-{kind}", "entity": house.upper(), "title": kind, "text": text.format(house=house)}
    for house in HOUSES
    for kind, text in (
        ("Breakfast", "Breakfast at the {house} is served from seven until ten."),
        ("Rooms", "Guests of the {house} say that the rooms are quiet at night."),
    )
]
TURNS = [
    {
        "id": f"turn-{n}",
        "query": "Are the rooms quiet?",
        "history": ["customer: I need a room.", f"agent: I recommend the {house}."],
        "relevant": [f"{house}-Rooms"],
        "corpus": "similar/houses.jsonl",
    }
    for n, house in enumerate(HOUSES)
]
FOREIGN = [
    {"id": f"o-{n}", "query": text, "relevant": ["t-1"], "corpus": "tickets/*/all.jsonl"}
    for n, text in enumerate(("who won the football match last night", "tell me the square root of nine"))
]
TICKET = {
    "id": "t-1",
    "messages": [
        {"author": "customer", "text": "Who won the match?"},
        {"author": "agent", "text": "The results are on the page of the league."},
    ],
}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Data:
    write(tmp_path / "similar/houses.jsonl", ARTICLES)
    write(tmp_path / "similar/dev/turns.jsonl", TURNS)
    write(tmp_path / "similar/dev/others.jsonl", FOREIGN)
    write(tmp_path / "tickets/dev/all.jsonl", [TICKET])
    return Data(tmp_path)


def test_right_article_is_found_from_the_conversation_and_other_questions_find_none(data: Data) -> None:
    (found,) = run("articles", data, Settings(), lambda _: None)
    assert (found.task, found.dataset, found.n) == ("articles", "turns", len(TURNS))
    assert found.metrics["hit@1"] == found.metrics["answered"] == 1.0
    assert found.metrics["abstained"] == found.metrics["abstained.in_dialogue"] == 1.0
    assert set(found.baseline) == {"bm25", "encoder"}
    assert found.baseline["encoder"]["hit@1"] < 1.0


def test_tickets_are_left_to_the_other_task(data: Data) -> None:
    (data.folder / "similar/dev/turns.jsonl").unlink()
    assert list(articles.run(data, Settings(), lambda _: None)) == []


def test_tasks_that_ask_the_same_documents_share_a_home() -> None:
    rows = [{"id": "a-1", "title": "Returns", "text": "Send unused goods back within thirty days."}]
    homes = []
    for _ in range(2):
        with workspace(Settings(), articles=rows, shared=True) as services:
            homes.append(services.settings.home)
            assert list(names(services)[1].values()) == ["a-1"]
    assert homes[0] == homes[1]
    with workspace(Settings(), articles=rows) as services:
        assert services.settings.home != homes[0]
        own = services.settings.home
    assert homes[0].exists()
    assert not own.exists()
