"""The chain of a suggestion in LangChain's expression language: summary, then sources, then draft.

Its stream is keyed: `{"summary": …}`, `{"sources": …}`, then one `{"draft": …}` for each delta of the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from assist.case import Case, CaseSummary, Source
from assist.generation.deltas import Delta


def suggestion_chain(
    summarise: Callable[[Case, CaseSummary | None], CaseSummary],
    find: Callable[[Case, CaseSummary], list[Source]],
    draft: Callable[[Case, CaseSummary, list[Source]], Iterator[Delta]],
) -> Runnable[dict[str, Any], dict[str, Any]]:
    """Give the chain for input `{"case": Case, "previous": CaseSummary | None}`."""

    def drafting(chunks: Iterator[dict[str, Any]]) -> Iterator[Delta]:
        known: dict[str, Any] = {}
        for chunk in chunks:
            known.update(chunk)
        yield from draft(known["case"], known["summary"], known["sources"])

    return (
        RunnablePassthrough.assign(summary=RunnableLambda(lambda known: summarise(known["case"], known["previous"])))
        | RunnablePassthrough.assign(sources=RunnableLambda(lambda known: find(known["case"], known["summary"])))
        | RunnablePassthrough.assign(draft=RunnableGenerator(drafting))
    )


def with_rules_beneath(
    model: Callable[[Any], CaseSummary], rules: Callable[[Any], CaseSummary], failures: tuple[type[Exception], ...]
) -> Runnable[Any, CaseSummary]:
    """Give a step that asks the model and, when that fails, the rules.

    LangChain's fallbacks hold until the first piece only, which is all there is here; a streamed draft that breaks off
    half-way is the ladder's own to replace.
    """
    return RunnableLambda(model).with_fallbacks([RunnableLambda(rules)], exceptions_to_handle=failures)
