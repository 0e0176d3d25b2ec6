"""The classifier of the workspace's own labels."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from assist.errors import InvalidInput
from assist.triage.calibration import Calibration, Signs
from assist.triage.intent import IntentClassifier, _solve
from assist.triage.stored import dump, load

Encode = Callable[[list[str]], NDArray[np.float32]]
THINGS = ["jacket", "tent", "kettle", "lamp", "backpack", "rope", "map", "stove"]
SAID = {
    "refund": ["when do I get my money back for the {}", "I want a refund for my {}", "refund of the {} has not come"],
    "delivery": ["where is my {}", "the {} has not arrived yet", "the courier lost my {}"],
    "login": ["I cannot sign in to order a {}", "my password for the {} shop fails", "account locked, wanted a {}"],
}
TEXTS = [line.format(thing) for lines in SAID.values() for line in lines for thing in THINGS]
LABELS = [label for label, lines in SAID.items() for _ in lines for _ in THINGS]


@pytest.fixture(scope="module")
def encode() -> Encode:
    from assist.retrieval.encoder import OnnxEncoder

    return OnnxEncoder().encode


@pytest.fixture(scope="module")
def learned(encode: Encode) -> IntentClassifier:
    made = IntentClassifier.learn(TEXTS, LABELS, encode(TEXTS))
    assert made is not None
    return made


def test_new_wording_gets_the_label_of_its_meaning(learned: IntentClassifier, encode: Encode) -> None:
    asked = ["give me back what I paid for the kettle", "parcel still not here", "cannot log in"]
    assert [one.label for one in learned.judge(asked, encode(asked))] == ["refund", "delivery", "login"]


def test_confidence_is_a_probability_and_higher_for_what_is_clear(learned: IntentClassifier, encode: Encode) -> None:
    asked = ["I want a refund for my tent", "hm"]
    clear, vague = learned.judge(asked, encode(asked))
    assert clear.confidence - vague.confidence > 0.1
    assert 0 <= vague.confidence < clear.confidence <= 1


def test_text_unlike_everything_learned_is_not_said(learned: IntentClassifier, encode: Encode) -> None:
    asked = ["what is the boiling point of tungsten in kelvin"]
    strange = learned.judge(asked, encode(asked))[0]
    usual = learned.judge(TEXTS[:1], encode(TEXTS[:1]))[0]
    assert not strange.sure
    assert usual.sure
    assert strange.familiar < usual.familiar


def test_too_few_examples_teach_nothing(encode: Encode) -> None:
    assert IntentClassifier.learn(TEXTS[:10], LABELS[:10], encode(TEXTS[:10])) is None
    one_label = IntentClassifier.learn(TEXTS[:24], ["refund"] * 24, encode(TEXTS[:24]))
    assert one_label is None
    assert IntentClassifier.learn([], [], np.zeros((0, 384), dtype=np.float32)) is None


def test_label_with_two_examples_is_left_out(encode: Encode) -> None:
    labels = [*LABELS[:-2], "rare", "rare"]
    made = IntentClassifier.learn(TEXTS, labels, encode(TEXTS))
    assert made is not None
    assert made.labels == ["delivery", "login", "refund"]


def test_scores_of_rows_left_out_are_those_of_learning_without_their_part() -> None:
    dice = np.random.default_rng(3)
    points = dice.normal(size=(30, 5)).astype(np.float32)
    kernel = points @ points.T + 0.5 * np.eye(30, dtype=np.float32)
    classes = np.arange(30) % 3
    _, held_out = _solve(kernel.copy(), classes, 3, 1.0)
    # Ten parts, each with one row of each label: rows 0, 3, 6, … are of the first label, dealt out in this order.
    part = [6, 7, 8]
    rest = np.delete(np.arange(30), part)
    wanted = np.eye(3)[classes] - 1 / 3
    weights = np.linalg.solve(kernel[np.ix_(rest, rest)] + np.eye(27), wanted[rest])
    np.testing.assert_allclose(held_out[part], kernel[np.ix_(part, rest)] @ weights, atol=1e-3)


def test_accuracy_told_of_few_examples_is_not_below_what_labels_at_random_give() -> None:
    # One row left out at a time is told the other label: a known trap of leaving out single rows of balanced labels.
    dice = np.random.default_rng(5)
    found = []
    for _ in range(20):
        points = dice.normal(size=(40, 30)).astype(np.float32)
        kernel = points @ points.T / 30 + 1.0
        classes = np.arange(40) % 2
        _, held_out = _solve(kernel.astype(np.float32), classes, 2, 1.0)
        found.append(float((held_out.argmax(axis=1) == classes).mean()))
    assert abs(float(np.mean(found)) - 0.5) < 0.06


def test_what_inner_layers_see_decides_where_it_alone_tells_labels_apart() -> None:
    dice = np.random.default_rng(2)
    labels = [f"label {n % 2}" for n in range(60)]
    same = np.zeros((60, 8), dtype=np.float32)
    same[:, 0] = 1
    inner = dice.normal(size=(60, 8)).astype(np.float32)
    inner[1::2, 3] += 8
    texts = ["the same words"] * 60
    made = IntentClassifier.learn(texts, labels, same, inner)
    assert made is not None
    assert [one.label for one in load(dump(made)).judge(texts[:6], same[:6], inner[:6])] == labels[:6]
    blurring = IntentClassifier.learn(TEXTS, LABELS, np.eye(len(TEXTS), 384, dtype=np.float32))
    assert blurring is not None
    assert not len(blurring.likeness.middle)


def test_stored_classifier_says_the_same(learned: IntentClassifier, encode: Encode) -> None:
    asked = [*TEXTS[::9], "parcel still not here"]
    vectors = encode(asked)
    before, after = learned.judge(asked, vectors), load(dump(learned)).judge(asked, vectors)
    assert [one.label for one in after] == [one.label for one in before]
    assert [one.sure for one in after] == [one.sure for one in before]
    np.testing.assert_allclose([one.confidence for one in after], [one.confidence for one in before], atol=0.01)


def test_stored_classifier_holds_no_text_of_its_examples(learned: IntentClassifier) -> None:
    with np.load(io.BytesIO(dump(learned)), allow_pickle=False) as archive:
        arrays = [archive[name] for name in archive]
    held = [str(value) for array in arrays if array.dtype.kind == "U" for value in array.ravel()]
    assert held == ["delivery", "login", "refund"]


def test_what_is_no_classifier_is_refused() -> None:
    pickled = io.BytesIO()
    np.savez(pickled, format=np.array([{"run": "me"}], dtype=object))
    for content in (b"", b"not an archive", pickled.getvalue()):
        with pytest.raises(InvalidInput):
            load(content)


def test_calibration_tells_how_often_the_lead_was_right() -> None:
    dice = np.random.default_rng(1)
    lead = dice.uniform(0, 1, 4_000).astype(np.float32)
    right = dice.uniform(0, 1, 4_000) < 1 / (1 + np.exp(-(6 * lead - 2)))
    signs = Signs(best=lead, lead=lead, near=lead)
    fitted = Calibration.fitted(signs, right)
    told = fitted.confidence(signs)
    for low in (0.3, 0.5, 0.7, 0.9):
        here = (told >= low) & (told < low + 0.1)
        assert abs(right[here].mean() - told[here].mean()) < 0.06
    assert 0.4 < fitted.confidence_floor < 0.6
