"""What `assist eval --check` demands."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from assist.evaluation import report
from assist.evaluation.result import Plot, Result, result
from assist.evaluation.thresholds import Bound, Verdict, load, verdicts

BOUNDS = {
    "full": {"similar": {"*": {"hit@1": Bound(of_best=1.08)}, "own*": {"mrr@10": Bound(at_least=0.5)}}},
    "slice": {"similar": {"*": {"hit@1": Bound(at_most=0.5)}}},
}


def found(hits: list[float], base: float) -> Result:
    return result("similar", "own", {"hit@1": hits}, baseline={"bm25": {"hit@1": base}, "encoder": {"hit@1": 0.1}})


def held(one: Result, limited: bool = False) -> list[Verdict]:
    return verdicts([one], limited=limited, thresholds=BOUNDS)


def test_ratio_is_to_the_best_baseline_of_the_same_run() -> None:
    good, bad = held(found([1, 1, 1, 0], 0.69))[0], held(found([1, 1, 1, 0], 0.70))[0]
    assert good.met
    assert not bad.met
    assert bad.wanted == "≥ 1.08 x 0.700"


def test_slice_has_bounds_of_its_own() -> None:
    assert [verdict.wanted for verdict in held(found([1, 1], 0.5), limited=True)] == ["≤ 0.5"]


def test_what_was_not_measured_is_missed() -> None:
    missing = next(verdict for verdict in held(found([1], 0.1)) if verdict.metric == "mrr@10")
    assert not missing.met


def test_the_file_is_understood_and_names_known_tasks() -> None:
    from assist.evaluation.run import tasks

    for scope, demanded in load().items():
        assert scope in {"full", "slice"}
        assert set(demanded) <= set(tasks())


def test_a_bound_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValidationError):
        Bound()
    with pytest.raises(ValidationError):
        Bound.model_validate({"atleast": 1})


def test_page_and_table_say_what_was_missed() -> None:
    one = found([1, 0], 0.9)
    one.plots.append(Plot("reliability", "said", "true", [(0, 0), (0.5, 0.25), (1, 1)]))
    told = held(one)
    page = report.as_html([one], told)
    assert "0 of 2 thresholds are met" in page
    assert "≥ 1.08 x 0.900 ✗" in page
    assert 'points="0.0,100.0 50.0,75.0 100.0,0.0"' in page
    assert report.table([one], told).columns[3].header == "wanted"


def test_what_was_not_measurable_is_null_in_json() -> None:
    one = result("triage", "own", {}, statistics={"ece": lambda _: float("nan")}, n=3)
    (row,) = json.loads(report.as_json([one]), parse_constant=pytest.fail)
    assert row["metrics"]["ece"] is None
    assert row["confidence"]["ece"] == [0.0, 0.0]


def test_figures_that_are_no_means_have_intervals_and_are_compared(tmp_path) -> None:  # type: ignore[no-untyped-def]
    values = [0.1, 0.4, 0.6, 0.9] * 20

    def spread(shift: float) -> Result:
        return result(
            "triage", "own", {}, statistics={"most": lambda rows: max(values[i] for i in rows) + shift}, n=len(values)
        )

    before, after = spread(0.0), spread(0.05)
    assert before.n == 80
    assert before.metrics["most"] == 0.9
    assert before.confidence["most"][0] <= 0.9 <= before.confidence["most"][1]
    path = tmp_path / "before.json"
    path.write_text(report.as_json([before]))
    (difference,) = report.compare(path, [after])
    assert difference.significant
    assert difference.low == pytest.approx(0.05, abs=1e-4)
    (same,) = report.compare(path, [spread(0.0)])
    assert not same.significant
