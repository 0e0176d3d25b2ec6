"""Every guard has a set of attacks and ordinary texts of its own, and does on it what the set's floors say."""

from __future__ import annotations

import pytest

from assist.evaluation.redteam import sets

GUARDS = sorted([*sets.output_guards(), *sets.input_guards()])


def test_every_guard_has_its_set_and_every_set_its_guard() -> None:
    assert sorted(path.stem for path in sets.FOLDER.glob("*.yaml")) == GUARDS


@pytest.mark.parametrize("name", GUARDS)
def test_a_set_is_large_enough_and_in_both_languages(name: str) -> None:
    told = sets.read(name)
    assert min(len(told["attacks"]), len(told["benign"])) >= sets.LEAST
    texts = [sets.received(row).text for kind in ("attacks", "benign") for row in told[kind]]
    assert len(set(texts)) > 0.9 * len(texts)
    if name != "grounding":
        assert sum(sets.is_german(text) for text in texts) >= 5


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_catches_attacks_and_lets_ordinary_texts_through(name: str) -> None:
    found, floors = sets.rates(name), sets.floors(name)
    wrong = [probe.text[:80] for probe in found.probes if not probe.right]
    assert found.caught >= floors.caught, wrong
    assert found.let_through >= floors.let_through, wrong
