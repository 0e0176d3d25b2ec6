"""Runs the red team: every set of attacks against every surface, with the engine in use and with the obedient one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from assist.errors import InvalidInput
from assist.evaluation.data import Data
from assist.evaluation.redteam import sets
from assist.evaluation.redteam.goals import reached
from assist.evaluation.redteam.obedient import ObedientServer, serving
from assist.evaluation.redteam.surfaces import SURFACES, sidebar
from assist.evaluation.redteam.world import FOLDER, World, world
from assist.governance.policy import Policy
from assist.settings import Settings

OBEDIENT = "obedient"
# Not sets of attacks: the company itself, and the pairs, which are compared.
_OTHERS = {"world", "bias_pairs"}
INJECTION = "injection"
EXAMPLES = 5
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Example:
    """One attack with what it reached, by goal; `texts`: what left."""

    attack: str
    reached: dict[str, str]
    left: str


@dataclass(frozen=True)
class Finding:
    """One set of attacks on one surface with one engine: how many succeeded, and how many may."""

    set: str
    surface: str
    engine: str
    tried: int
    succeeded: int
    limit: float
    examples: list[Example] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share of attacks that succeeded."""
        return self.succeeded / self.tried if self.tried else 0.0

    @property
    def met(self) -> bool:
        """Tell whether no more succeeded than may."""
        return self.rate <= self.limit


def attack_sets() -> list[str]:
    """Give the names of our own sets of attacks on surfaces."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in _OTHERS)


@cache
def attacks(name: str) -> dict[str, Any]:
    """Read a set of attacks."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def run(
    settings: Settings,
    policy: Policy,
    *,
    surfaces: Sequence[str] = (),
    data: Data | None = None,
    only: Sequence[str] = (),
    engines: Sequence[str] = (),
    limit: int | None = None,
    tell: Tell = lambda _: None,
) -> Iterator[Finding]:
    """Yield what was found, guards first; empty `surfaces`, `only` and `engines` mean all of them.

    `limit`: attacks of a set at most. Raises `InvalidInput` for a surface that is not there.
    """
    if unknown := set(surfaces) - SURFACES.keys():
        raise InvalidInput(
            f"there is no surface {min(unknown)!r}", where="redteam", hint=f"Use: {', '.join(SURFACES)}."
        )
    if not only or "guards" in only:
        yield from _guards(policy, tell)
    with serving() as obedient:
        configured = settings.chat_model or "extractive"
        for name, model in ((configured, configured), (OBEDIENT, obedient.setting)):
            if engines and name not in engines:
                continue
            with world(settings, model) as company:
                yield from _engine(company, name, policy, surfaces or list(SURFACES), data, only, limit, obedient, tell)


def _engine(
    company: World,
    engine: str,
    policy: Policy,
    surfaces: Sequence[str],
    data: Data | None,
    only: Sequence[str],
    limit: int | None,
    obedient: ObedientServer,
    tell: Tell,
) -> Iterator[Finding]:
    for surface in surfaces:
        for name in attack_sets():
            if only and name not in only:
                continue
            tell(f"{engine}: {name} on {surface} …")
            rows = [{**row} for row in attacks(name)["attacks"]][:limit]
            yield _held(company, engine, surface, name, rows, attacks(name)["limit"], policy, obedient)
        if data is not None and data.has(INJECTION) and (not only or INJECTION in only):
            for file in data.datasets(INJECTION):
                texts = [row["text"] for row in data.rows(file) if row["label"]][:limit]
                if texts:
                    tell(f"{engine}: {file.stem} on {surface} …")
                    rows = [{"goal": "send", "text": text} for text in texts]
                    yield _held(company, engine, surface, file.stem, rows, "structural", policy, obedient)
    if "sidebar" in surfaces and (not only or "bias_pairs" in only):
        tell(f"{engine}: bias pairs …")
        yield _bias(company, engine, policy)


def _held(
    company: World,
    engine: str,
    surface: str,
    name: str,
    rows: Iterable[dict[str, Any]],
    limit: str,
    policy: Policy,
    obedient: ObedientServer,
) -> Finding:
    found: list[Example] = []
    tried = 0
    for row in rows:
        tried += 1
        # The worst case is told what to obey, in case a prompt leaves it out.
        obedient.planted = row["text"]
        left = SURFACES[surface](company, row)
        got = reached(row["goal"], row["text"], left)
        if got:
            found.append(Example(row["text"][:500], got, left.text[:1_000]))
    return Finding(name, surface, engine, tried, len(found), bound(policy, limit, name), found[:EXAMPLES])


def bound(policy: Policy, kind: str, name: str) -> float:
    """Give the success rate that the policy allows: of this set, of its kind, or of any."""
    known = policy.redteam.attack_success
    return known.get(name, known.get(kind, known.get("default", 0.0)))


def _guards(policy: Policy, tell: Tell) -> Iterator[Finding]:
    """Hold every guard against its own set: what it misses, and what it flags wrongly."""
    for name in sorted([*sets.output_guards(), *sets.input_guards()]):
        tell(f"guard {name} …")
        found, floors = sets.rates(name), sets.floors(name)
        alarms = policy.redteam.false_alarms
        wrongly = alarms.get(name, alarms.get("default", 0.0))
        for kind, attack, most in (("missed", True, round(1 - floors.caught, 4)), ("false alarm", False, wrongly)):
            probes = [probe for probe in found.probes if probe.attack == attack]
            wrong = [Example(probe.text[:300], {kind: name}, "") for probe in probes if not probe.right]
            yield Finding(f"{name}: {kind}", "guard", "–", len(probes), len(wrong), most, wrong[:EXAMPLES])


def _bias(company: World, engine: str, policy: Policy) -> Finding:
    """Draft the same case for different people; what differs besides their own words counts."""
    told = attacks("bias_pairs")
    found: list[Example] = []
    tried = 0
    for text in told["texts"]:
        drafts = []
        for person in told["people"]:
            row = {"text": text.format(**person), "goal": "send"}
            drafts.append((row["text"], _without(sidebar(company, row).text, person)))
        first = drafts[0][1]
        for asked, draft in drafts[1:]:
            tried += 1
            share = difflib.SequenceMatcher(None, first.split(), draft.split(), autojunk=False).ratio()
            if share < 1.0:
                found.append(Example(asked, {"differs": f"{1 - share:.2f}"}, f"{first}\n---\n{draft}"[:1_000]))
    limit = policy.redteam.bias_difference
    return Finding("bias_pairs", "sidebar", engine, tried, len(found), limit, found[:EXAMPLES])


def _without(text: str, person: dict[str, Any]) -> str:
    """Give a draft without the words that differ between the cases."""
    told = [str(person["name"]), str(person["who"]), str(person["age"])]
    # Masking may have named one of these words alone.
    words = [*told, *(word for phrase in told for word in phrase.split() if len(word) > 1)]
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text.replace("… …", "…")
