"""Tickets of a data set with contacts whose values are planted into their messages, in many spellings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from assist.evaluation.data import Row
from assist.evaluation.known import VARIANTS
from assist.helpdesk import Author, Contact, Message, Status, Ticket

SOURCE = "eval"
KINDS: Mapping[str, str] = {
    "PERSON": "PERSON",
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "STREET_ADDRESS": "ADDRESS",
    "ORDER_ID": "ORDER",
    "USER_ID": "ORDER",
    "CREDIT_CARD": "CARD",
}


@dataclass
class Values:
    """Personal values by kind, each once, in the order of the data."""

    by_kind: dict[str, dict[str, None]] = field(default_factory=dict)

    def read(self, rows: Sequence[Row]) -> None:
        """Take the labelled values of a data set."""
        for row in rows:
            for span in row["spans"]:
                value = row["text"][span["start"] : span["end"]].strip()
                if (kind := KINDS.get(span["type"])) and _whole(kind, value):
                    self.by_kind.setdefault(kind, {})[value] = None

    def people(self) -> Iterator[Contact]:
        """Yield contacts for ever; values repeat once they are used up."""
        turns = {kind: cycle(values) for kind, values in self.by_kind.items()}
        while True:
            given = {kind: next(turn) for kind, turn in turns.items()}
            yield Contact(
                name=given.get("PERSON"),
                email=given.get("EMAIL"),
                phone=given.get("PHONE"),
                address=given.get("ADDRESS"),
                orders=[given[kind] for kind in ("ORDER",) if kind in given],
            )


def planted(rows: Sequence[Row], values: Values, most: int) -> Iterator[Ticket]:
    """Yield tickets with `most` messages together, every second one resolved."""
    people = values.people()
    left = most
    for number, row in enumerate(rows):
        if left <= 0:
            return
        contact = next(people)
        write = list(VARIANTS.values())[number % len(VARIANTS)]
        messages = _messages(row, contact, write)
        left -= len(messages)
        yield Ticket(
            source=SOURCE,
            id=f"{number}-{row['id']}",
            subject=f"Question of {_written(contact, 'name', write)}",
            messages=messages,
            contact=contact,
            status=Status.RESOLVED if number % 2 else Status.OPEN,
        )


def _messages(row: Row, contact: Contact, write: Callable[[str, str], str]) -> list[Message]:
    told = [Message(author=Author(m["author"]), text=m["text"]) for m in _turns(row) if m["text"].strip()]
    name, first = _written(contact, "name", write), (contact.name or "there").split()[0]
    email, phone = _written(contact, "email", write), _written(contact, "phone", write)
    order, address = _written(contact, "orders", write), _written(contact, "address", write)
    about = f"This is {name}. You reach me at {email} or {phone}, my order is {order}."
    return [
        Message(author=Author.CUSTOMER, text=f"{about}\n{told[0].text if told else 'Please help me.'}"),
        *told[1:],
        Message(author=Author.AGENT, text=f"Hi {first}, I found {order} and we send it to {address}."),
        Message(author=Author.AGENT, text=f"Called {name} on {phone}, wants a mail to {email}.", internal=True),
        Message(author=Author.CUSTOMER, text=f"Thanks! When does {order} arrive? {name}, {address}, {phone}"),
    ]


def _turns(row: Row) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = row.get("messages") or [
        {"author": row.get("author", "customer"), "text": row["text"]}
    ]
    return turns


def _written(contact: Contact, name: str, write: Callable[[str, str], str]) -> str:
    kinds = {"name": "PERSON", "email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "orders": "ORDER_ID"}
    value = getattr(contact, name)
    value = value[0] if isinstance(value, list) and value else value
    return write(kinds.get(name, "ADDRESS"), value) if isinstance(value, str) else "it"


def _whole(kind: str, value: str) -> bool:
    if kind == "PERSON":
        words = value.split()
        return len(words) > 1 and all(len(word) > 2 and word[0].isalpha() for word in words)
    if kind == "ADDRESS":
        return len(value.split()) > 2 and any(c.isdigit() for c in value)
    if kind == "PHONE":
        return sum(c.isdigit() for c in value) >= 9
    return len(value) > 5
