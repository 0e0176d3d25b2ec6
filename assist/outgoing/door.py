"""Lets texts out to a model or an embedding server, and keeps what was let out for whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, ParamSpec, TypeVar

from assist.outgoing.scrub import CERTAIN, by_form, replaced
from assist.outgoing.seen import SEEN

HERE = "this machine"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Destination:
    """Who gets a text: a chat model or an embedding server, by its name, and whose machine that is."""

    kind: Literal["chat", "embedding"]
    name: str
    vendor: str = HERE


@dataclass(frozen=True)
class Sent:
    """What left in one call: `(role, text)` pairs, exactly as they were handed to the client."""

    to: Destination
    task: str
    texts: tuple[tuple[str, str], ...]


@dataclass
class _Hand:
    """The ticket that is worked on, and what left on its behalf."""

    ticket_id: int
    sent: list[Sent] = field(default_factory=list)


_HAND: ContextVar[_Hand | None] = ContextVar("assist_outgoing", default=None)


@contextmanager
def handling(ticket_id: int) -> Iterator[list[Sent]]:
    """Say which ticket is worked on until the block ends; gives the list that fills with what leaves meanwhile."""
    hand = _Hand(ticket_id)
    token = _HAND.set(hand)
    try:
        yield hand.sent
    finally:
        _HAND.reset(token)


def inside(work: Callable[P, T]) -> Callable[P, T]:
    """Give a function that runs in another thread as if in this one: it works on the same ticket."""
    return partial(copy_context().run, work)


def release(texts: Sequence[tuple[str, str]], *, to: Destination, task: str) -> list[tuple[str, str]]:
    """Give `(role, text)` pairs as they may leave; whatever calls a model or an embedding server sends only these.

    Texts are masked long before. What is known of people and stands in them all the same is taken out here: the values
    of the ticket's contact and of everybody whose values this process has had in its hands, private mail addresses,
    card numbers, keys.
    """
    hand = _HAND.get()
    owner = hand.ticket_id if hand is not None else None
    clean = [(role, replaced(text, [*SEEN.find(text, owner=owner), *by_form(text, CERTAIN)])) for role, text in texts]
    if hand is not None:
        hand.sent.append(Sent(to, task, tuple(clean)))
    return clean
