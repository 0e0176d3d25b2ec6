"""The audit for those who answer for it: browse, filter, verify, export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response as BaseResponse

from assist.errors import AssistError, InvalidInput, NotFound
from assist.governance import audit
from assist.governance.audit import Sought, by_user, note
from assist.store.models import AuditEvent, Ticket
from assist.web.auth import current_user, page, requires
from assist.web.limits import limited

if TYPE_CHECKING:
    from assist.services import Services
    from assist.web import AssistApp

PAGE = 50
FIELDS = ("since", "until", "action", "actor", "ticket", "policy")
blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@page("admin")
def overview() -> tuple[str, int]:
    """Show rows, the newest first, fifty a page."""
    services, status, problem = _services(), 200, None
    rows: list[AuditEvent] = []
    try:
        rows = audit.browse(services.database, _sought(services), before=_number("before"), size=PAGE + 1)
    except AssistError as error:
        status, problem = error.status, error.message
    names = {f"user:{user.id}": user.name for user in services.accounts.all()}
    shown = rows[:PAGE]
    text = render_template(
        "audit.html",
        rows=[_row(row, names) for row in shown],
        asked={field: request.args.get(field, "") for field in FIELDS},
        query=urlencode(_asked()),
        older=urlencode({**_asked(), "before": shown[-1].seq}) if len(rows) > PAGE else None,
        problem=problem,
        actions=audit.actions(services.database),
        names=names,
        tickets=_tickets(services, {row.ticket_id for row in shown if row.ticket_id is not None}),
        verified=next(iter(audit.browse(services.database, Sought(action="audit.verified"), size=1)), None),
        anchor=_anchor(services),
    )
    return text, status


@blueprint.post("/verify")
@requires("admin")
@limited("6/minute")
def verify() -> BaseResponse:
    """Follow the whole chain, hold it against the anchors, and write down what was found."""
    services = _services()
    rows, fault = audit.verify(services.database)
    anchors, unkept = 0, None
    trouble = ""
    try:
        anchors, unkept = services.anchors.verify()
    except AssistError:
        trouble = "anchors cannot be read"
    first = fault or unkept
    told = f"{first.kind}, from row {first.seq} on" if first else trouble
    with services.database.session() as session:
        note(
            session, "audit.verified", actor=by_user(current_user().id), rows=rows, anchors=anchors, fault=told or None
        )
    return redirect(url_for("audit.overview"))


@blueprint.get("/export.jsonl")
@requires("admin")
@limited("30/minute")
def export() -> Response:
    """Give the rows that are sought, oldest first, one JSON object a line."""
    services = _services()
    sought = _sought(services)
    with services.database.session() as session:
        note(session, "audit.exported", actor=by_user(current_user().id), filter=sorted(_asked()))

    def lines() -> Iterator[str]:
        for row in audit.entries(services.database, **vars(sought)):
            yield json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n"

    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines(), mimetype="application/x-ndjson", headers=headers)


def _asked() -> dict[str, str]:
    return {field: request.args[field] for field in FIELDS if request.args.get(field)}


def _sought(services: Services) -> Sought:
    until = _day("until")
    ticket = request.args.get("ticket", "").strip()
    return Sought(
        action=request.args.get("action") or None,
        actor=request.args.get("actor") or None,
        ticket_id=_ticket(services, ticket) if ticket else None,
        policy=request.args.get("policy", "").strip() or None,
        since=_day("since"),
        until=until + timedelta(days=1) if until else None,
    )


def _day(name: str) -> datetime | None:
    raw = request.args.get(name)
    if not raw:
        return None
    try:
        return datetime.strptime(raw, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(f"{name} is no day; write it as 2026-01-31", where=name) from None


def _number(name: str) -> int | None:
    raw = request.args.get(name)
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > 15:
        raise InvalidInput(f"{name} is no number", where=name)
    return int(raw)


def _ticket(services: Services, wanted: str) -> int:
    """Give a ticket's number by the helpdesk's id, or the number itself: the audit outlives its tickets."""
    with services.database.reading() as session:
        found = session.exec(select(Ticket.id).where(Ticket.external_id == wanted)).first()
    if found is not None:
        return found
    number = wanted.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 16:
        return int(number)
    raise NotFound("there is no such ticket", where="ticket", hint="Give the helpdesk's id, or the number after #.")


def _tickets(services: Services, ids: set[int]) -> dict[int, str]:
    with services.database.reading() as session:
        rows = session.exec(select(Ticket.id, Ticket.external_id).where(col(Ticket.id).in_(ids))).all()
    return {number: name for number, name in rows if number is not None}


def _row(row: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    detail = row.detail if row.detail is not None else {}
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": names.get(row.actor, row.actor),
        "action": row.action,
        "ticket": row.ticket_id,
        "detail": [(key, _shown(value)) for key, value in detail.items() if value not in (None, [], "")],
        "purged": row.detail is None,
        "digest": row.digest,
    }


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    text = str(value)
    # Hashes are recognised by their beginning; the export holds them whole.
    return f"{text[:12]}…" if len(text) >= 32 and " " not in text else text


def _anchor(services: Services) -> dict[str, Any] | None:
    try:
        last = services.anchors.last()
    except AssistError:
        return {"seq": None, "at": None}
    return {"seq": last["seq"], "at": datetime.fromisoformat(last["at"])} if last else None


def _services() -> Services:
    from assist.web import current

    return current().services
