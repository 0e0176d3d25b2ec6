"""Says in plain words what a policy does, and what changes from one to another."""

from __future__ import annotations

from typing import Any

from assist.governance.policy.schema import Budget, Policy, Retention

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "{title} (version {version})",
        "languages": "Drafts are made in: {names}.",
        "suggest_on": "A draft starts by itself when a ticket is opened.",
        "suggest_off": "A draft starts only when somebody asks for it.",
        "no_draft": "No draft, the agent writes: {names}.",
        "warn": "A draft with a warning: {names}.",
        "second_approval": "A draft that a second person must approve: {names}.",
        "hand_off": "No draft, the case goes to the people responsible: {names}.",
        "chatbot": "The chatbot hands every one of these topics to a person.",
        "approve": "A reply is approved by: {roles}.",
        "approve_topic": "{topic}: approved by {roles}.",
        "approve_second": "{topic}: approved by {roles}, and by a second person: {second}.",
        "masked": "Engines that may get masked text: {names}.",
        "personal": "Engines that may get text with personal data: {names}.",
        "nobody": "none",
        "links": "Drafts may link to {names}, and to what stands in their sources.",
        "no_links": "Drafts may link only to what stands in their sources.",
        "disclosure": "Customers are told of the AI on: {names}.",
        "marks_none": "The helpdesk is not told that AI took part in a reply.",
        "marks_note": "The helpdesk gets a private note when AI took part in a reply.",
        "marks_tag": "The helpdesk gets a tag when AI took part in a reply.",
        "budget": "Budget {whose}: {limits}.",
        "no_budget": "Budget {whose}: no limit.",
        "per_day": "for everybody, a day",
        "team_per_day": "for a team, a day",
        "team": "for the team {name}, a day",
        "per_ticket": "for a ticket",
        "cost": "{n} cents",
        "calls": "{n} model calls",
        "tokens": "{n} tokens",
        "retention": "Kept: {names}.",
        "days": "{what} {n} days",
        "for_ever": "{what} until deleted",
        "statement": "Agents must accept the acceptable-use statement; {n} examples guide them in the sidebar.",
        "changed": "{place}: {before} → {after}",
        "added": "{place}: new, {after}",
        "removed": "{place}: gone, was {before}",
        "same": "Nothing differs from the active policy.",
    },
    "de": {
        "title": "{title} (Version {version})",
        "languages": "Entwürfe gibt es auf: {names}.",
        "suggest_on": "Ein Entwurf beginnt von selbst, wenn ein Ticket geöffnet wird.",
        "suggest_off": "Ein Entwurf beginnt nur auf Wunsch.",
        "no_draft": "Kein Entwurf, ein Mensch schreibt: {names}.",
        "warn": "Ein Entwurf mit Warnung: {names}.",
        "second_approval": "Ein Entwurf, den eine zweite Person freigeben muss: {names}.",
        "hand_off": "Kein Entwurf, der Fall geht an die Zuständigen: {names}.",
        "chatbot": "Der Chatbot gibt jedes dieser Themen an einen Menschen.",
        "approve": "Eine Antwort geben frei: {roles}.",
        "approve_topic": "{topic}: Freigabe durch {roles}.",
        "approve_second": "{topic}: Freigabe durch {roles} und eine zweite Person: {second}.",
        "masked": "Engines, die maskierten Text bekommen dürfen: {names}.",
        "personal": "Engines, die Text mit personenbezogenen Daten bekommen dürfen: {names}.",
        "nobody": "keine",
        "links": "Entwürfe dürfen auf {names} verweisen und auf das, was in ihren Quellen steht.",
        "no_links": "Entwürfe dürfen nur auf das verweisen, was in ihren Quellen steht.",
        "disclosure": "Auf die KI wird hingewiesen bei: {names}.",
        "marks_none": "Das Helpdesk erfährt nicht, dass KI an einer Antwort beteiligt war.",
        "marks_note": "Das Helpdesk bekommt eine private Notiz, wenn KI an einer Antwort beteiligt war.",
        "marks_tag": "Das Helpdesk bekommt ein Tag, wenn KI an einer Antwort beteiligt war.",
        "budget": "Budget {whose}: {limits}.",
        "no_budget": "Budget {whose}: ohne Grenze.",
        "per_day": "für alle, am Tag",
        "team_per_day": "für ein Team, am Tag",
        "team": "für das Team {name}, am Tag",
        "per_ticket": "für ein Ticket",
        "cost": "{n} Cent",
        "calls": "{n} Modellaufrufe",
        "tokens": "{n} Token",
        "retention": "Aufbewahrt: {names}.",
        "days": "{what} {n} Tage",
        "for_ever": "{what} bis zur Löschung",
        "statement": "Das Team muss die Nutzungserklärung annehmen; {n} Beispiele leiten es in der Seitenleiste an.",
        "changed": "{place}: {before} → {after}",
        "added": "{place}: neu, {after}",
        "removed": "{place}: entfällt, war {before}",
        "same": "Kein Unterschied zur geltenden Richtlinie.",
    },
}
CENT = 1_000_000
LONG = 80


def explain(policy: Policy, language: str = "en") -> list[str]:
    """Give sentences, one for each thing that the policy decides."""
    say = _speaker(language)
    return [
        say("title", title=policy.title, version=policy.version),
        say("languages", names=", ".join(policy.languages)),
        say("suggest_on" if policy.auto_suggest else "suggest_off"),
        *_topics(policy, say),
        *_approvals(policy, say),
        say("masked", names=", ".join(policy.engines.masked) or say("nobody")),
        say("personal", names=", ".join(policy.engines.personal) or say("nobody")),
        say("links", names=", ".join(policy.links.allowed)) if policy.links.allowed else say("no_links"),
        say("disclosure", names=", ".join(policy.disclosure)),
        say(f"marks_{policy.marks}"),
        *_budgets(policy, say),
        say("retention", names=", ".join(_kept(policy.retention, say))),
        say("statement", n=len(policy.guidance.get(language, policy.guidance.get("en", [])))),
    ]


def differences(policy: Policy, active: Policy, language: str = "en") -> list[str]:
    """Give what differs from the active policy, one line for each place."""
    say = _speaker(language)
    before, after = _flat(active.model_dump(mode="json")), _flat(policy.model_dump(mode="json"))
    lines: list[str] = []
    for place in dict.fromkeys([*before, *after]):
        told = {"place": place, "before": _short(before.get(place)), "after": _short(after.get(place))}
        if place not in before:
            lines.append(say("added", **told))
        elif place not in after:
            lines.append(say("removed", **told))
        elif before[place] != after[place]:
            lines.append(say("changed", **told))
    return lines or [say("same")]


def _topics(policy: Policy, say: Any) -> list[str]:
    lines: list[str] = []
    for action in ("hand_off", "no_draft", "second_approval", "warn"):
        names = [name for name, topic in policy.topics.items() if topic.action == action]
        if names:
            lines.append(say(action, names=", ".join(names)))
    return [*lines, say("chatbot")] if lines else []


def _approvals(policy: Policy, say: Any) -> list[str]:
    lines = [say("approve", roles=", ".join(policy.approvals.default.roles))]
    for topic in policy.topics:
        rule = policy.approval_of(topic)
        if rule == policy.approvals.default:
            continue
        told = {"topic": topic, "roles": ", ".join(rule.roles), "second": ", ".join(rule.second_roles)}
        lines.append(say("approve_second" if rule.second_person else "approve_topic", **told))
    return lines


def _budgets(policy: Policy, say: Any) -> list[str]:
    budgets = policy.budgets
    whose: list[tuple[str, Budget]] = [
        (say("per_day"), budgets.per_day),
        (say("team_per_day"), budgets.team_per_day),
        *((say("team", name=name), budget) for name, budget in budgets.teams.items()),
        (say("per_ticket"), budgets.per_ticket),
    ]
    lines: list[str] = []
    for name, budget in whose:
        cost = None if budget.cost is None else f"{budget.cost / CENT:g}"
        limits = [("cost", cost), ("calls", budget.calls), ("tokens", budget.tokens)]
        told = [say(unit, n=f"{n:,}" if isinstance(n, int) else n) for unit, n in limits if n is not None]
        lines.append(say("budget", whose=name, limits=", ".join(told)) if told else say("no_budget", whose=name))
    return lines


def _kept(retention: Retention, say: Any) -> list[str]:
    days = retention.model_dump().items()
    return [say("days", what=what, n=n) if n is not None else say("for_ever", what=what) for what, n in days]


def _speaker(language: str) -> Any:
    words = WORDS.get(language[:2], WORDS["en"])

    def say(key: str, **told: Any) -> str:
        return words[key].format(**told)

    return say


def _flat(value: Any, place: str = "") -> dict[str, Any]:
    """Give the leaves of a policy by their place; a list is one leaf."""
    if isinstance(value, dict) and value:
        leaves: dict[str, Any] = {}
        for key, inner in value.items():
            leaves |= _flat(inner, f"{place}.{key}" if place else str(key))
        return leaves
    return {place: value}


def _short(value: Any) -> str:
    told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return told if len(told) <= LONG else told[: LONG - 1] + "…"
