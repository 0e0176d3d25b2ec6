"""What became of the drafts, by SQL over what was recorded: by day, agent, intent and prompt version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, String, case, func, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import Session, col

from assist.desk import care
from assist.store.database import Database
from assist.store.models import Feedback, Suggestion, Ticket, User, UtcDateTime, now

Dimension = Literal["day", "agent", "intent", "prompt"]
DIMENSIONS: tuple[Dimension, ...] = ("day", "agent", "intent", "prompt")


@dataclass(frozen=True)
class Filter:
    """Which suggestions count: made in the last `days`, of a group, an agent (id), an intent; `None` means all."""

    days: int = 28
    team: str | None = None
    agent: int | None = None
    intent: str | None = None


@dataclass
class Figures:
    """The figures of one row. Rates are 0-1 or `None` when nothing was shown; times in ms; cost in cents."""

    suggestions: int = 0
    tickets: int = 0
    shown: int = 0
    opened: int = 0
    inserted: int = 0
    copied: int = 0
    edited: int = 0
    rejected: int = 0
    sent: int = 0
    sent_as_is: int = 0
    sent_edited: int = 0
    abstained: int = 0
    acceptance: float | None = None
    as_is_rate: float | None = None
    edit_ratio_median: float | None = None
    first_draft_ms_p50: float | None = None
    first_draft_ms_p95: float | None = None
    cost_cents: float = 0.0


class Statistics:
    """Answers the lead's page. A suggestion counts in its own period, whenever its signals came."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def overview(self, wanted: Filter) -> dict[str, Any]:
        """Give the whole page's figures as `docs/protocol.md` describes them."""
        until = now()
        since = until - timedelta(days=wanted.days)
        with self._database.reading() as session:
            rows = {dimension: self._table(session, wanted, since, until, dimension) for dimension in DIMENSIONS}
            return {
                "days": wanted.days,
                "since": since.isoformat(),
                "totals": asdict(self._totals(session, wanted, since, until)),
                "previous": asdict(self._totals(session, wanted, since - timedelta(days=wanted.days), since)),
                "by_day": _fill_days(rows["day"], since, until),
                "by_agent": rows["agent"],
                "by_intent": rows["intent"],
                "by_prompt": rows["prompt"],
                "reasons": self._reasons(session, wanted, since, until),
                "care": care.measure(session, _picked(wanted, since, until)),
                "filters": self._choices(session),
            }

    def teams(self) -> list[str]:
        """Give the groups that tickets are in."""
        with self._database.reading() as session:
            query = select(col(Ticket.group_name)).distinct().order_by(col(Ticket.group_name))
            return [name for name in session.execute(query).scalars() if name]

    def _totals(self, session: Session, wanted: Filter, since: datetime, until: datetime) -> Figures:
        table = self._table(session, wanted, since, until, None)
        return Figures(**{k: v for k, v in table[0].items() if k != "key"}) if table else Figures()

    def _table(
        self, session: Session, wanted: Filter, since: datetime, until: datetime, dimension: Dimension | None
    ) -> list[dict[str, Any]]:
        key = _key(session, dimension)
        picked = _picked(wanted, since, until)
        counted = session.execute(
            _joined(
                select(
                    key.label("key"),
                    func.count(col(Suggestion.id)),
                    func.count(func.distinct(col(Suggestion.ticket_id))),
                    func.sum(case((col(Suggestion.abstained), 1), else_=0)),
                    func.sum(col(Suggestion.cost)),
                )
            )
            .where(*picked)
            .group_by(key)
        ).all()
        table = {
            row[0]: Figures(suggestions=row[1], tickets=row[2], abstained=row[3] or 0, cost_cents=(row[4] or 0) / 1e6)
            for row in counted
        }
        for row in session.execute(
            _joined(select(key, col(Feedback.signal), func.count(func.distinct(col(Suggestion.id)))))
            .join(Feedback, col(Feedback.suggestion_id) == col(Suggestion.id))
            .where(*picked)
            .group_by(key, col(Feedback.signal))
        ):
            if hasattr(table[row[0]], row[1]):
                setattr(table[row[0]], row[1], row[2])
        accepted = self._accepted(session, key, picked)
        ratios = self._values(session, key, picked, col(Feedback.edit_ratio), signal="sent")
        times = self._values(session, key, picked, col(Suggestion.first_draft_ms))
        for name, figures in table.items():
            _complete(figures, accepted.get(name, 0), ratios.get(name, []), times.get(name, []))
        return [{"key": name, **asdict(figures)} for name, figures in sorted(table.items(), key=_order)]

    def _accepted(self, session: Session, key: ColumnElement[Any], picked: list[ColumnElement[bool]]) -> dict[str, int]:
        rows = session.execute(
            _joined(select(key, func.count(func.distinct(col(Suggestion.id)))))
            .join(Feedback, col(Feedback.suggestion_id) == col(Suggestion.id))
            .where(*picked, col(Feedback.signal).in_(["inserted", "copied"]))
            .group_by(key)
        )
        return {row[0]: row[1] for row in rows}

    def _values(
        self,
        session: Session,
        key: ColumnElement[Any],
        picked: list[ColumnElement[bool]],
        value: Any,
        signal: str | None = None,
    ) -> dict[str, list[float]]:
        # Medians are not in SQLite; one column of numbers is small even for a busy month.
        query: Select[Any] = _joined(select(key, value)).where(*picked, value.is_not(None))
        if signal is not None:
            query = query.join(Feedback, col(Feedback.suggestion_id) == col(Suggestion.id)).where(
                Feedback.signal == signal  # type: ignore[arg-type]
            )
        found: dict[str, list[float]] = {}
        for name, number in session.execute(query):
            found.setdefault(name, []).append(float(number))
        return found

    def _reasons(self, session: Session, wanted: Filter, since: datetime, until: datetime) -> list[dict[str, Any]]:
        rows = session.execute(
            _joined(select(col(Feedback.reason), func.count()))
            .join(Feedback, col(Feedback.suggestion_id) == col(Suggestion.id))
            .where(*_picked(wanted, since, until), col(Feedback.signal) == "rejected")
            .group_by(col(Feedback.reason))
            .order_by(func.count().desc())
        )
        return [{"reason": row[0], "count": row[1]} for row in rows]

    def _choices(self, session: Session) -> dict[str, Any]:
        def names(column: Any) -> list[str]:
            return [row for row in session.execute(select(column).distinct().order_by(column)).scalars() if row]

        agents = session.execute(
            select(col(User.id), col(User.name))
            .where(col(User.id).in_(select(col(Suggestion.user_id)).distinct()))
            .order_by(col(User.name))
        )
        return {
            "teams": names(col(Ticket.group_name)),
            "intents": names(col(Ticket.intent)),
            "agents": [{"id": row[0], "name": row[1]} for row in agents],
        }


def _joined(query: Any) -> Any:
    return (
        query.select_from(Suggestion)
        .join(Ticket, col(Ticket.id) == col(Suggestion.ticket_id))
        .outerjoin(User, col(User.id) == col(Suggestion.user_id))
    )


def _picked(wanted: Filter, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        col(Suggestion.created_at) >= since,
        col(Suggestion.created_at) < until,
        col(Suggestion.status) != "running",
    ]
    if wanted.team:
        conditions.append(col(Ticket.group_name) == wanted.team)
    if wanted.agent is not None:
        conditions.append(col(Suggestion.user_id) == wanted.agent)
    if wanted.intent:
        conditions.append(col(Ticket.intent) == wanted.intent)
    return conditions


def _key(session: Session, dimension: Dimension | None) -> ColumnElement[Any]:
    match dimension:
        case "day":
            if session.get_bind().dialect.name == "sqlite":
                return func.strftime("%Y-%m-%d", type_coerce(col(Suggestion.created_at), UtcDateTime))
            return func.to_char(func.timezone("UTC", col(Suggestion.created_at)), "YYYY-MM-DD")
        case "agent":
            return func.coalesce(col(User.name), literal("-", String))
        case "intent":
            return func.coalesce(col(Ticket.intent), literal("-", String))
        case "prompt":
            version: InstrumentedAttribute[Any] = col(Suggestion.prompt_version)  # type: ignore[assignment]
            return case((version != "", version), else_=col(Suggestion.engine))
    return literal("all", String)


def _complete(figures: Figures, accepted: int, ratios: list[float], times: list[float]) -> None:
    figures.acceptance = accepted / figures.shown if figures.shown else None
    figures.sent_as_is = sum(ratio == 0 for ratio in ratios)
    figures.sent_edited = figures.sent - figures.sent_as_is
    figures.as_is_rate = figures.sent_as_is / figures.sent if figures.sent else None
    figures.edit_ratio_median = quantile(ratios, 0.5)
    figures.first_draft_ms_p50 = quantile(times, 0.5)
    figures.first_draft_ms_p95 = quantile(times, 0.95)


def quantile(values: Iterable[float], share: float) -> float | None:
    """Give the value below which `share` of the values lie, interpolated; `None` without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _order(row: tuple[str, Figures]) -> tuple[int, str]:
    name, figures = row
    # Days in their order; everything else by volume.
    return (0, name) if len(name) == 10 and name[4] == name[7] == "-" else (-figures.suggestions, name)


def _fill_days(rows: list[dict[str, Any]], since: datetime, until: datetime) -> list[dict[str, Any]]:
    known = {row["key"]: row for row in rows}
    days = []
    day = since
    while day.date() <= until.date():
        name = day.date().isoformat()
        days.append(known.get(name) or {"key": name, **asdict(Figures())})
        day += timedelta(days=1)
    return days
