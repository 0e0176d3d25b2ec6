"""Between helpdesks and the desk: accepted events, polling, back-fill, writing back."""

from assist.desk.connecting.backfill import Backfill
from assist.desk.connecting.inbox import Inbox, Parked
from assist.desk.connecting.pollers import Pollers
from assist.desk.connecting.reconcile import Reconciler
from assist.desk.connecting.status import connector_rows
from assist.desk.connecting.writing import WriteBack

__all__ = ["Backfill", "Inbox", "Parked", "Pollers", "Reconciler", "WriteBack", "connector_rows"]
