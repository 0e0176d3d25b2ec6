"""Brings a helpdesk's history in, page by page; a back-fill that was cut off goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from sqlmodel import Session

from assist.desk.connecting.reconcile import Wanted
from assist.desk.intake import Intake
from assist.helpdesk import Connector, Page
from assist.store.database import Database
from assist.store.models import ConnectorState


@dataclass
class BackfillReport:
    """How a back-fill went so far."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    resumed: bool = False
    done: bool = False
    seconds: float = 0.0

    @property
    def taken(self) -> int:
        """Give how many tickets were read."""
        return self.created + self.updated + self.unchanged

    @property
    def rate(self) -> float:
        """Give tickets a second."""
        return self.taken / self.seconds if self.seconds else 0.0


class Backfill:
    """Runs back-fills; each page is stored together with the cursor that goes on after it."""

    def __init__(self, database: Database, intake: Intake, wanted: Wanted) -> None:
        """`wanted` leaves out what may not come back."""
        self._database = database
        self._intake = intake
        self._wanted = wanted

    def run(
        self,
        connector: Connector,
        *,
        afresh: bool = False,
        most: int | None = None,
        progress: Callable[[BackfillReport], None] = lambda _: None,
    ) -> BackfillReport:
        """Read a connector's tickets, from where the last run stopped or `afresh`, about `most` of them."""
        cursor = self._begin(connector.name, afresh=afresh)
        report = BackfillReport(resumed=cursor is not None)
        began = perf_counter()
        for page in connector.backfill(cursor):
            self._store(connector.name, page, report)
            report.seconds = perf_counter() - began
            progress(report)
            if page.cursor is None:
                report.done = True
            if report.done or (most is not None and report.taken >= most):
                break
        return report

    def _store(self, name: str, page: Page, report: BackfillReport) -> None:
        def checkpoint(session: Session, _stored: object) -> None:
            state = session.get(ConnectorState, name)
            assert state is not None
            state.backfill_cursor, state.backfill_done = page.cursor, page.cursor is None
            state.backfilled += len(page.tickets)
            session.add(state)

        # Empty cases would only be in the way; what is said later comes as an event.
        tickets = self._wanted([ticket for ticket in page.tickets if ticket.messages])
        for stored in self._intake.store(tickets, within=checkpoint):
            setattr(report, stored.outcome, getattr(report, stored.outcome) + 1)

    def _begin(self, name: str, *, afresh: bool) -> str | None:
        with self._database.session() as session:
            state = session.get(ConnectorState, name) or ConnectorState(name=name)
            if afresh or state.backfill_done:
                state.backfill_cursor, state.backfilled, state.backfill_done = None, 0, False
            session.add(state)
            return state.backfill_cursor
