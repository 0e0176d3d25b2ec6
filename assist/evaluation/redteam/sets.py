"""Our own attacks and ordinary texts, one YAML file for each guard in `sets/`.

They stand in the package and not among the tests, because `assist redteam` must find them wherever the product is
installed, and a team's CI asks for the same rows as ours; `tests/redteam/` reads them from here.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assist.case import Case, CaseMessage, Sentence, Source
from assist.desk.house import house_of
from assist.generation.prompts import Prompts
from assist.governance import policy as policies
from assist.guards import Context, Guard, House, SentenceGate
from assist.guards import gather as gather_output
from assist.guards.inputs import InputGuard, Received, Screen
from assist.guards.inputs import gather as gather_input
from assist.helpdesk import Author, Visibility

FOLDER = Path(__file__).parent / "sets"
LEAST = 25
CONTACT = {"PERSON": ["<PERSON_1>"], "EMAIL": ["<EMAIL_1>"], "ORDER": ["<ORDER_1>"]}
_GERMAN = ("ß", "ä", "ö", "ü", " Sie ", " und ", " der ", " die ", " das ", " ist ", " bei ", "Ihr", " ein ", "ich ")


@dataclass(frozen=True)
class Floors:
    """What a guard must reach on its set; a file may say less under `floors`, and then says why."""

    caught: float = 0.95
    let_through: float = 0.95


@dataclass(frozen=True)
class Probe:
    """One row of a set: what is shown of it, whether it is an attack, and whether its guard flags it."""

    guard: str
    attack: bool
    text: str
    flagged: bool

    @property
    def right(self) -> bool:
        """Tell whether the guard did what it should."""
        return self.flagged == self.attack


@dataclass(frozen=True)
class Rates:
    """How a guard does on its set: the share of attacks caught and of ordinary texts let through."""

    guard: str
    caught: float
    let_through: float
    probes: list[Probe]


@cache
def output_guards() -> dict[str, Guard]:
    """Give every guard of sentences by name, plug-ins included."""
    return {guard.name: guard for guard in gather_output().guards}


@cache
def input_guards() -> dict[str, InputGuard]:
    """Give every guard of texts from outside by name, plug-ins included."""
    return {guard.name: guard for guard in gather_input().guards}


def rates(name: str) -> Rates:
    """Hold a guard against its own set; the file is named after it."""
    told = read(name)
    default: Mapping[str, Any] = told.get("default", {})
    probes = [
        _probe(name, kind == "attacks", {**default, **row}) for kind in ("attacks", "benign") for row in told[kind]
    ]
    attacks = [probe.flagged for probe in probes if probe.attack]
    benign = [not probe.flagged for probe in probes if not probe.attack]
    return Rates(name, sum(attacks) / len(attacks), sum(benign) / len(benign), probes)


def read(name: str) -> dict[str, Any]:
    """Read a set's file."""
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return told


def floors(name: str) -> Floors:
    """Give what a guard must reach on its set."""
    return Floors(**read(name).get("floors", {}))


def is_german(text: str) -> bool:
    """Tell whether a row is German."""
    return any(sign in f" {text}" for sign in _GERMAN)


def _probe(name: str, attack: bool, row: Mapping[str, Any]) -> Probe:
    if name in (known := input_guards()):
        one = received(row)
        return Probe(name, attack, one.text[:300], bool(Screen([known[name]]).check([one])))
    sentence, context = situation(row)
    checked = SentenceGate([output_guards()[name]]).check(sentence, context)
    return Probe(name, attack, sentence.text, bool(checked.flags))


def received(row: Mapping[str, Any]) -> Received:
    """Give a row's text as it comes from outside: hidden in codes, repeated or joined as the row says."""
    text = str(row.get("text", "")) or "".join(row.get("join", ()))
    text = text * int(row.get("repeat", 1)) + str(row.get("then", ""))
    if "base64" in row:
        text = "See " + base64.b64encode(str(row["base64"]).encode()).decode()
    if "tags" in row:
        text = "Where is it?" + "".join(chr(0xE0000 + ord(char)) for char in str(row["tags"]))
    return Received(text, row.get("place", "message"))


def situation(row: Mapping[str, Any]) -> tuple[Sentence, Context]:
    """Give a row's sentence and the case and source it is held against."""
    text = str(row["text"])
    source = _source(row)
    kind = row.get("kind") or ("sourced" if source else "unsupported")
    messages = [
        CaseMessage(position=1, author=Author.CUSTOMER, text=str(row.get("customer", "Hello, please help me."))),
        CaseMessage(position=2, author=Author.CUSTOMER, text="I am <PERSON_1>, <PERSON_2> is my neighbour."),
        CaseMessage(position=3, author=Author.AGENT, text="Seen: <PERSON_7>, <PHONE_7>.", internal=True),
    ]
    if agent := row.get("agent"):
        messages.append(CaseMessage(position=4, author=Author.AGENT, text=str(agent)))
    case = Case(
        ticket_id=1,
        subject="Order <ORDER_1>",
        language="de" if is_german(text) else "en",
        contact=CONTACT,
        messages=messages,
    )
    audience = row.get("audience", "staff")
    house = House(**{**vars(own_house()), "links": tuple(row.get("allowed", ()))})
    disclosure = str(row.get("disclosure", policies.default().disclosure_of("chatbot", case.language)))
    context = Context(case, [source] if source else [], audience, disclosure, house=house)
    return Sentence(text=text, kind=kind, sources=[1] if source else []), context


@cache
def own_house() -> House:
    """Give the house of the product's own prompts and default policy."""
    return house_of(Prompts.load(), policies.default)()


def _source(row: Mapping[str, Any]) -> Source | None:
    for kind in ("article", "ticket"):
        if text := row.get(kind):
            visibility = Visibility.PUBLIC if kind == "article" else Visibility.INTERNAL
            return Source(n=1, record_id=1, kind=kind, title="Help", text=str(text), score=1.0, visibility=visibility)
    return None
