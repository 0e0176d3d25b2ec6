"""Curves of the evaluation's report."""

from __future__ import annotations

import numpy as np
import pytest

from assist.evaluation.curves import MOST_POINTS, reliability, roc
from assist.evaluation.report import as_html
from assist.evaluation.result import result


def test_reliability_lies_on_the_diagonal_only_for_honest_confidence() -> None:
    dice = np.random.default_rng(1)
    confidence = dice.uniform(0, 1, 20_000)
    honest = reliability(dice.uniform(0, 1, 20_000) < confidence, confidence)
    assert all(abs(x - y) < 0.05 for x, y in honest.points)
    boasting = reliability(dice.uniform(0, 1, 20_000) < confidence / 2, confidence)
    x, y = boasting.points[-1]
    assert x - y > 0.4


def test_reliability_shows_no_point_where_nothing_was_said() -> None:
    curve = reliability(np.array([True, False]), np.array([0.95, 0.95]))
    assert curve.points == [(pytest.approx(0.95), 0.5)]


def test_roc_has_the_area_of_its_auroc_and_stays_small() -> None:
    dice = np.random.default_rng(2)
    wanted = dice.uniform(0, 1, 5_000) < 0.5
    scores = dice.normal(size=5_000) + wanted
    curve = roc(wanted, scores, "right", "wrong")
    assert curve is not None
    xs, ys = zip(*curve.points, strict=True)
    area = np.trapezoid(ys, xs)
    pairs = (scores[wanted][:, None] > scores[~wanted][None, :]).mean()
    assert abs(area - pairs) < 0.01
    assert len(curve.points) <= MOST_POINTS


def test_roc_of_one_kind_alone_is_left_out() -> None:
    assert roc(np.array([True, True]), np.array([0.1, 0.9]), "right", "wrong") is None


def test_report_draws_the_curves() -> None:
    curve = reliability(np.array([True, False]), np.array([0.9, 0.2]))
    page = as_html([result("triage", "small", {"accuracy": [1.0, 0.0]}, plots=[curve])])
    assert 'aria-label="reliability"' in page
    assert "<polyline" in page
