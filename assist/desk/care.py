"""Whether approvals leave time to read: from a draft being shown to the approval of its text, against its length.

It looks for a process that makes people rubber-stamp, not for people. So the share is of quick approvals only, a few
approvals say nothing, and what somebody wrote themselves or read before is no fault the figure could know of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from assist.store.models import Approval, Feedback, Suggestion, Ticket, User

# Silent reading of English non-fiction: most adults 175-300 words a minute, 238 on average (Brysbaert, How many words
# do we read per minute? Journal of Memory and Language 109, 2019). The fast end, at six characters a word with its
# space, so that hardly anybody who reads is counted.
CHARACTERS_A_MINUTE = 1_800
LEAST = 10


@dataclass(frozen=True)
class Care:
    """Approvals of drafts that had been shown; `quick` and `pace` (characters a minute) are `None` for too few."""

    approvals: int
    quick: float | None
    pace: float | None


@dataclass(frozen=True)
class _Read:
    team: str
    agent: str
    characters: int
    seconds: float

    @property
    def pace(self) -> float:
        return 60 * self.characters / max(self.seconds, 0.001)


def measure(session: Session, picked: Sequence[ColumnElement[bool]]) -> dict[str, Any]:
    """Give the figures of the suggestions that `picked` chooses: in all, by team, and by agent for who coaches them."""
    reads = _reads(session, picked)
    return {
        "speed": CHARACTERS_A_MINUTE,
        "least": LEAST,
        "total": asdict(of(reads)),
        "by_team": _grouped(reads, "team"),
        "by_agent": _grouped(reads, "agent"),
    }


def of(reads: Sequence[_Read]) -> Care:
    """Give the figures of some approvals."""
    if len(reads) < LEAST:
        return Care(len(reads), None, None)
    paces = sorted(read.pace for read in reads)
    quick = sum(pace > CHARACTERS_A_MINUTE for pace in paces)
    return Care(len(reads), quick / len(reads), paces[len(paces) // 2])


def _grouped(reads: Iterable[_Read], name: str) -> list[dict[str, Any]]:
    groups: dict[str, list[_Read]] = {}
    for read in reads:
        groups.setdefault(getattr(read, name), []).append(read)
    # By name: an order by figure would be a ranking.
    return [{"key": key, **asdict(of(held))} for key, held in sorted(groups.items())]


def _reads(session: Session, picked: Sequence[ColumnElement[bool]]) -> list[_Read]:
    """Give each agent's last approval of each draft, with the time since it was first on their screen."""
    shown = (
        select(
            col(Feedback.suggestion_id).label("suggestion"),
            col(Feedback.user_id).label("user"),
            func.min(col(Feedback.created_at)).label("at"),
        )
        .where(col(Feedback.signal) == "shown")
        .group_by(col(Feedback.suggestion_id), col(Feedback.user_id))
        .subquery()
    )
    rows = session.execute(
        select(Approval, Ticket.group_name, User.name, shown.c.at)  # type: ignore[call-overload]
        .join(Suggestion, col(Suggestion.id) == col(Approval.suggestion_id))
        .join(Ticket, col(Ticket.id) == col(Suggestion.ticket_id))
        .join(User, col(User.id) == col(Approval.user_id))
        .join(shown, (shown.c.suggestion == Approval.suggestion_id) & (shown.c.user == Approval.user_id))
        .where(*picked)
        .order_by(col(Approval.created_at))
    )
    last: dict[tuple[str | None, int], _Read] = {}
    for approval, team, agent, at in rows:
        seconds = (approval.created_at - _aware(at, approval.created_at)).total_seconds()
        if approval.characters and seconds >= 0:
            last[approval.suggestion_id, approval.user_id] = _Read(team or "-", agent, approval.characters, seconds)
    return list(last.values())


def _aware(at: datetime, like: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=like.tzinfo)
