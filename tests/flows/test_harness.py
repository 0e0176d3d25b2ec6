"""`assist eval` on data: the product's own pipeline, baselines of the same run, and two runs compared."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assist.bench.workplace import environment
from assist.cli import main
from assist.errors import InvalidInput
from assist.evaluation import report
from assist.evaluation.data import Data
from assist.evaluation.result import Result, interval, result
from assist.evaluation.run import run, tasks
from assist.evaluation.thresholds import verdicts
from assist.settings import Settings

SHARED = Path(__file__).parents[3] / "shared" / "data"
ASKED = [
    (
        "q-1",
        "the tent leaks at the seams",
        "The seam of my tent lets water in",
        "Seal the seam with the glue in the bag.",
    ),
    ("q-2", "my app does not sync", "The app shows no tracks after syncing", "Sign out and in again to sync tracks."),
    ("q-3", "when is my refund there", "Still waiting for the refund of my boots", "Refunds take five working days."),
]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    corpus = [
        {"id": f"t-{id}", "messages": [{"author": "customer", "text": problem}, {"author": "agent", "text": answer}]}
        for id, _, problem, answer in ASKED
    ]
    write(tmp_path / "tickets/dev/all.jsonl", corpus)
    questions = [
        {"id": id, "query": query, "relevant": [f"t-{id}"], "corpus": "tickets/*/all.jsonl"} for id, query, *_ in ASKED
    ]
    write(tmp_path / "similar/dev/own.jsonl", questions)
    references = ["The customer's tent leaks and the agent says to seal the seam."]
    write(tmp_path / "summaries/dev/own.jsonl", [{**corpus[0], "references": references}])
    return tmp_path


def test_every_task_gives_the_documented_fields(data: Path) -> None:
    found = list(run("all", Data(data), Settings(), lambda _: None))
    by_task = {one.task: one for one in found if one.dataset == "own"}
    assert {"similar", "summary"} <= set(by_task)
    for one in by_task.values():
        row = one.as_dict()
        assert {"task", "dataset", "n", "metrics", "latency_ms", "engine", "versions", "baseline", "confidence"} <= set(
            row
        )
        assert row["dataset"] == "own"
        assert row["latency_ms"]["p50"] > 0
        for name, (low, high) in row["confidence"].items():
            assert low <= row["metrics"][name] <= high
        assert all(set(measures) == set(row["metrics"]) for measures in row["baseline"].values())
    similar, summary = by_task["similar"], by_task["summary"]
    assert similar.metrics["hit@1"] == 1.0
    assert set(similar.baseline) == {"bm25", "encoder"}
    assert 0 < summary.metrics["rouge1"] <= 100


def test_command_writes_json_and_a_page_and_compares(data: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    base = ["eval", "summary", "--data", str(data), "--json", str(out)]
    first = CliRunner().invoke(main, [*base, "--html", str(page)])
    assert first.exit_code == 0, first.output
    assert json.loads(out.read_text())[0]["task"] == "summary"
    assert "The worst 1" in page.read_text()
    again = CliRunner().invoke(main, [*base, "--against", str(out)])
    assert again.exit_code == 0, again.output
    assert "p=1.000, may be chance" in again.output


def test_test_part_goes_before_dev(data: Path) -> None:
    write(data / "summaries/test/own.jsonl", [])
    assert [file.parent.name for file in Data(data).datasets("summaries")] == ["test"]


def test_limit_takes_the_same_rows_every_time(data: Path) -> None:
    file = Data(data).datasets("similar")[0]
    chosen = [[row["id"] for row in Data(data, limit=2, seed=1).rows(file)] for _ in range(2)]
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 2


def test_what_is_wrong_is_said(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no task 'nothing'"):
        list(run("nothing", Data(data), Settings(), lambda _: None))
    with pytest.raises(InvalidInput, match="no similar/dev"):
        list(run("similar", Data(tmp_path / "empty"), Settings(), lambda _: None))
    (data / "summaries/dev/own.jsonl").write_text('{"id": 1}\n{oops\n')
    with pytest.raises(InvalidInput, match=r"own\.jsonl:2"):
        list(run("summary", Data(data), Settings(), lambda _: None))
    assert {"similar", "summary"} <= set(tasks())
    (data / "tickets/dev/all.jsonl").write_text("")
    with pytest.raises(InvalidInput, match="is empty"):
        list(run("similar", Data(data), Settings(), lambda _: None))
    (data / "similar/dev/own.jsonl").write_text("")
    with pytest.raises(InvalidInput, match="has no rows"):
        list(run("similar", Data(data), Settings(), lambda _: None))


def test_throw_away_homes_never_touch_what_the_environment_names(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.db"
    for name in ("DATABASE_URL", "QUEUE_URL"):
        monkeypatch.setenv(f"ASSIST_{name}", f"sqlite:///{kept}")
    monkeypatch.setenv("ASSIST_INDEX_URL", f"faiss://{tmp_path / 'kept-index'}")
    monkeypatch.setenv("ASSIST_BUS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("ASSIST_SOURCES", "3")
    assert len(list(run("similar", Data(data), Settings(), lambda _: None))) == 1
    assert not kept.exists()
    assert not (tmp_path / "kept-index").exists()
    embedded = Settings.embedded(tmp_path / "home", demo=True)
    assert (embedded.bus_url, embedded.sources) == ("", 5)
    assert embedded.database_url == f"sqlite:///{tmp_path / 'home' / 'assist.db'}"
    assert not any(
        name.startswith("ASSIST_") for name in environment(tmp_path).keys() - {"ASSIST_HOME", "ASSIST_LOG_LEVEL"}
    )


def test_difference_of_two_runs_is_told_from_chance(tmp_path: Path) -> None:
    worse = result("similar", "d", {"hit@1": [0.0, 1.0] * 50})
    (tmp_path / "before.json").write_text(report.as_json([worse]))
    better = result("similar", "d", {"hit@1": [1.0, 1.0] * 50})
    found = report.compare(tmp_path / "before.json", [better])[0]
    assert found.significant
    assert (found.before, found.after) == (0.5, 1.0)
    assert 0.35 < found.low < 0.5 < found.high < 0.65
    same: list[Result] = [result("similar", "d", {"hit@1": [1.0, 0.0] * 50})]
    assert not report.compare(tmp_path / "before.json", same)[0].significant


def test_interval_holds_the_mean_and_narrows_with_rows() -> None:
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 500)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]


@pytest.mark.slow
def test_slice_of_real_data_keeps_its_thresholds() -> None:
    if not SHARED.exists():
        if os.environ.get("CI"):
            pytest.fail("the evaluation data is not beside this checkout")
        pytest.skip("the evaluation data is not here")

    class Few(Data):
        def datasets(self, task: str) -> list[Path]:
            return [file for file in super().datasets(task) if file.stem in {"twacs_same_intent", "tweetsumm"}]

    # Groundedness, redaction and injection need no home to be filled; the others are asked about one dataset each.
    found = [
        *run("similar", Few(SHARED, limit=40), Settings(), lambda _: None),
        *run("summary", Few(SHARED, limit=40), Settings(), lambda _: None),
        *(one for task in ("groundedness", "redaction", "injection") for one in _slice(task)),
    ]
    held = verdicts(found, limited=True)
    assert {one.task for one in held} == {"similar", "summary", "groundedness", "redaction", "injection"}
    assert [(one.task, one.dataset, one.metric, one.value, one.wanted) for one in held if not one.met] == []


def _slice(task: str) -> Iterator[Result]:
    return run(task, Data(SHARED, limit=60), Settings(), lambda _: None)
