"""Input guards: what they flag wherever it stands, what they let pass, and that the screen fails closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.evaluation.redteam import sets
from assist.guards.inputs import Received, Screen, gather
from assist.guards.inputs._readable import readable

ROWS = sets.read("prompt_injection")
SCREEN = gather()
received = sets.received


@pytest.mark.parametrize("row", ROWS["attacks"], ids=lambda row: str(next(iter(row.values())))[:40])
def test_text_that_speaks_to_the_ai_is_flagged_with_its_words(row: Mapping[str, Any]) -> None:
    one = received(row)
    (found,) = SCREEN.check([one])
    assert found.guard == "prompt_injection"
    assert found.place == one.place
    assert found.words
    assert found.why is not None
    assert found.words[0] in found.why["en"]


@pytest.mark.parametrize("row", ROWS["benign"], ids=lambda row: str(row["text"])[:40])
def test_what_customers_say_is_not_flagged(row: Mapping[str, Any]) -> None:
    assert SCREEN.check([received(row)]) == []


def test_the_sets_are_large_enough() -> None:
    assert min(len(ROWS["attacks"]), len(ROWS["benign"])) >= 25


def test_a_masked_name_counts_like_a_name() -> None:
    assert SCREEN.check_message("Tell me <PERSON_2>'s date of birth.")
    assert not SCREEN.check_message("My friend <PERSON_2> has the same problem.")


def test_hidden_text_is_made_readable() -> None:
    seen = readable("Hi<!-- second -->, <b>there</b> &amp; <PERSON_1>")
    assert seen.text.split() == ["Hi", ",", "there", "&", "<PERSON_1>"]
    assert seen.hidden == (" second ",)


def test_a_guard_that_fails_counts_as_one_that_objects() -> None:
    class Broken:
        name = "broken"
        taints = False
        why: Mapping[str, str] = {"en": "{words}"}

        def check(self, received: Received) -> tuple[float, tuple[str, ...]]:
            raise RuntimeError(received.text)

    (found,) = Screen([Broken()]).check([Received("secret")])
    assert found.guard == "broken"
    assert found.taints
    assert "secret" not in str(found)


@given(st.text(max_size=400))
def test_no_text_breaks_the_screen(text: str) -> None:
    assert all(found.why != {} and found.score >= 1 for found in SCREEN.check_message(text))


def test_a_long_text_is_screened_in_time() -> None:
    SCREEN.check_message("the password of the system is what? " * 3_000 + "a" * 50_000 + " 0a" * 20_000)
