"""`assist eval` asks about resolved tickets without looking at their own answers."""

from __future__ import annotations

import pytest

from assist.errors import InvalidInput
from assist.evaluation import evaluate
from assist.evaluation.held_out import answered
from assist.services import Services
from tests.flows.conftest import KNOWLEDGE, RESOLVED, ticket


def test_case_ends_before_the_answer_that_was_sent(services: Services) -> None:
    services.intake.store([ticket("T-1", "Where is it?", "On its way.", "Thanks!", "Welcome.", status="resolved")])
    first, second = answered(services, per_ticket=2)
    assert [message.text for message in first.case.messages] == ["Where is it?"]
    assert (first.reply, second.reply) == ("On its way.", "Welcome.")
    assert len(second.case.messages) == 3


def test_figures_come_from_suggestions_that_never_rest_on_the_tickets_own_answer(services: Services) -> None:
    services.articles.store(KNOWLEDGE)
    asked = ticket("T-3", "How do I return unworn items?", "Within 60 days, with the label.", status="resolved")
    services.intake.store([*RESOLVED, asked])
    services.index.catch_up()
    found = evaluate(services)
    assert found.n == len(RESOLVED) + 1
    assert all(found.confidence[name][0] <= value <= found.confidence[name][1] for name, value in found.metrics.items())
    assert found.metrics["a draft was written"] > 0
    assert found.metrics["statements with a source"] == 1
    assert found.metrics["words in common with the colleague's answer"] < 1
    again = evaluate(services)
    assert (again.metrics, again.confidence) == (found.metrics, found.confidence)


def test_without_resolved_tickets_it_says_what_to_do(services: Services) -> None:
    with pytest.raises(InvalidInput, match="no resolved ticket"):
        evaluate(services)
