"""How the helpdesk can tell that AI took part in a reply: a tag, or a private note, as the policy says."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from assist.governance.policy import Policy
from assist.store.models import Suggestion

TAG = "ai-assisted"
NOTE = "AI-assisted reply: drafted by {model} ({policy}), read, approved and sent by {name}."


@dataclass(frozen=True)
class AiMark:
    """What goes with a reply into the helpdesk; nothing when no AI took part or the policy wants none."""

    tags: tuple[str, ...] = ()
    note: str | None = None


def mark_of(session: Session, policy: Policy, *, ticket_id: int, suggestion_id: str | None, name: str) -> AiMark:
    """Give the mark of a reply that `name` approved, out of the suggestion that the approval names."""
    suggestion = session.get(Suggestion, suggestion_id) if suggestion_id else None
    if policy.marks == "none" or suggestion is None or suggestion.ticket_id != ticket_id or not suggestion.drafts:
        return AiMark()
    if policy.marks == "tag":
        return AiMark(tags=(TAG,))
    told = {"model": suggestion.model, "policy": f"policy {suggestion.policy or policy.version}", "name": name}
    return AiMark(note=NOTE.format(**told))
