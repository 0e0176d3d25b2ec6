"""Leave to call a model: asked for before each call, paid from a budget, and taken back by the kill switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from assist.governance.policies import Policies
from assist.governance.policy import Budget, Budgets, DataClass
from assist.governance.reasons import NotPermitted, Reason
from assist.governance.sheets import Sheets
from assist.governance.switches import Stop, Switches
from assist.store.database import Database
from assist.store.models import ModelCall, now

COUNTER = "spending"
_SPENT: tuple[Any, Any, Any] = (
    func.coalesce(func.sum(ModelCall.cost), 0),
    func.count(col(ModelCall.id)),
    func.coalesce(func.sum(ModelCall.tokens_in + ModelCall.tokens_out), 0),
)
OFF: dict[str, Reason] = {"all": "off_all", "team": "off_team", "engine": "off_engine"}


@dataclass(frozen=True)
class Purpose:
    """For what an engine works: whose ticket, which team, which suggestion."""

    ticket_id: int | None = None
    team: str | None = None
    suggestion_id: str | None = None


@dataclass(frozen=True)
class Engine:
    """Which engine is asked: `name` as the settings have it, for policy and sheets; `model` as the ledger has it."""

    name: str
    model: str
    kind: str = "llm"


@dataclass(frozen=True)
class Most:
    """The most that a call may use: what its budget must have left; `cost` in micro-cents."""

    tokens_in: int
    tokens_out: int
    cost: int


class Permits:
    """Gives leave to call engines."""

    def __init__(self, database: Database, policies: Policies, switches: Switches, sheets: Sheets) -> None:
        self._database = database
        self._policies = policies
        self._switches = switches
        self._sheets = sheets

    def refusal(self, engine: Engine, purpose: Purpose, data: DataClass = "masked") -> NotPermitted | None:
        """Tell why an engine may not be asked now, budgets apart; cheap enough to ask twenty times a second.

        `data`: an engine that the policy does not name for a class of data, or that has no sheet and would get more
        than masked text, is not allowed.
        """
        stop = self._switches.stopped(team=purpose.team, engine=engine.kind, model=engine.model)
        if stop is None and engine.name != engine.model:
            stop = self._switches.stopped(team=purpose.team, engine=engine.name)
        if stop is not None:
            return off(stop)
        if engine.kind == "extractive":
            # The product's own rules send nothing anywhere.
            return None
        allowed = getattr(self._policies.active.engines, data)
        named = any(fnmatchcase(engine.name, pattern) for pattern in allowed)
        if not named or (data == "personal" and self._sheets.of(engine.name) is None):
            return NotPermitted("not_allowed", {"name": engine.name})
        return None

    def over_budget(self, purpose: Purpose) -> NotPermitted | None:
        """Tell which budget is used up for this purpose already, without asking for anything."""
        budgets = self._policies.active.budgets
        with self._database.reading() as session:
            return _over(session, budgets, purpose, None)

    def ask(self, engine: Engine, purpose: Purpose, task: str, most: Most) -> Permit:
        """Give leave for one call, entered in the ledger with the most it may use; raises `NotPermitted`.

        Check and entry are one transaction, so that calls at the same moment cannot spend the same rest of a budget.
        """
        refused = self.refusal(engine, purpose)
        if refused is not None:
            raise refused
        budgets = self._policies.active.budgets
        with self._database.session() as session:
            _take_turn(session)
            refused = _over(session, budgets, purpose, most)
            if refused is not None:
                raise refused
            row = ModelCall(
                suggestion_id=purpose.suggestion_id,
                ticket_id=purpose.ticket_id,
                team=purpose.team,
                task=task,
                engine=engine.kind,
                model=engine.model,
                outcome="running",
                tokens_in=most.tokens_in,
                tokens_out=most.tokens_out,
                cost=most.cost,
            )
            session.add(row)
            session.flush()
            assert row.id is not None
        return Permit(self, engine, purpose, row.id)

    def spent_today(self) -> list[dict[str, Any]]:
        """Give what models have used since midnight UTC, for everybody and for each team, beside what they may."""
        budgets = self._policies.active.budgets
        query = select(ModelCall.team, *_SPENT).where(ModelCall.engine == "llm", col(ModelCall.created_at) >= _today())
        with self._database.reading() as session:
            rows = session.exec(query.group_by(col(ModelCall.team))).all()
        spent = {team: (int(cost), int(calls), int(tokens)) for team, cost, calls, tokens in rows}
        total = tuple(sum(values) for values in zip(*spent.values(), strict=True)) if spent else (0, 0, 0)
        names = sorted({name for name in spent if name} | budgets.teams.keys())
        teams = [_row("team", name, spent.get(name, (0, 0, 0)), budgets.of_team(name)) for name in names]
        return [_row("day", "", total, budgets.per_day), *teams]

    def settle(self, row_id: int, used: dict[str, Any]) -> None:
        """Put what a call really used into the ledger, in the place of the most it might have."""
        with self._database.session() as session:
            row = session.get(ModelCall, row_id)
            if row is not None:
                for name, value in used.items():
                    setattr(row, name, value)
                session.add(row)


class Permit:
    """Leave for one call that is under way."""

    def __init__(self, permits: Permits, engine: Engine, purpose: Purpose, row_id: int) -> None:
        self._permits = permits
        self._engine = engine
        self._purpose = purpose
        self._row_id = row_id

    def withdrawn(self) -> NotPermitted | None:
        """Tell why the call must end now, if it must."""
        return self._permits.refusal(self._engine, self._purpose)

    def settle(self, **used: Any) -> None:
        """Say what the call used: `outcome`, `tokens_in`, `tokens_out`, `cost`, `ms`."""
        self._permits.settle(self._row_id, used)


def off(stop: Stop) -> NotPermitted:
    """Give what is raised for something that is switched off."""
    return NotPermitted(OFF[stop.scope], {"reason": stop.reason, "name": stop.name})


def _take_turn(session: Session) -> None:
    """Wait for others that are asking at this moment; SQLite's write lock does that by itself."""
    if session.get_bind().dialect.name == "postgresql":
        statement = "INSERT INTO counter (name, value) VALUES (:name, 0) ON CONFLICT (name) DO UPDATE SET value = 0"
        session.connection().execute(text(statement), {"name": COUNTER})


def _over(session: Session, budgets: Budgets, purpose: Purpose, most: Most | None) -> NotPermitted | None:
    here = col(ModelCall.created_at) >= _today()
    checks: list[tuple[Reason, Budget, list[Any]]] = [
        ("budget_day", budgets.per_day, [here]),
        ("budget_team", budgets.of_team(purpose.team), [here, col(ModelCall.team) == purpose.team]),
    ]
    if purpose.ticket_id is not None:
        checks.append(("budget_ticket", budgets.per_ticket, [col(ModelCall.ticket_id) == purpose.ticket_id]))
    for reason, budget, where in checks:
        if budget != Budget() and _exceeds(session, budget, most, where):
            return NotPermitted(reason)
    return None


def _exceeds(session: Session, budget: Budget, most: Most | None, where: list[Any]) -> bool:
    """Tell whether a call that uses `most` would go beyond a budget; `None`: whether there is nothing left of it."""
    cost, calls, tokens = session.exec(select(*_SPENT).where(ModelCall.engine == "llm", *where)).one()
    asked = (most.cost, 1, most.tokens_in + most.tokens_out) if most is not None else (1, 1, 1)
    limits = zip((cost, calls, tokens), asked, (budget.cost, budget.calls, budget.tokens), strict=True)
    return any(limit is not None and spent + more > limit for spent, more, limit in limits)


def _today() -> datetime:
    return datetime.combine(now().date(), time.min, tzinfo=UTC)


def _row(whose: str, name: str, spent: tuple[int, ...], budget: Budget) -> dict[str, Any]:
    units = ("cost", "calls", "tokens")
    return {"whose": whose, "name": name, "spent": dict(zip(units, spent, strict=True)), "limits": budget.model_dump()}
