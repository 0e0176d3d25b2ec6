"""Approvals over HTTP: approve an exact text, be somebody's second person, send what was approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from assist.store.models import Approval, Ticket
from assist.web.auth import current_user, page, requires
from assist.web.errors import read
from assist.web.limits import limited

if TYPE_CHECKING:
    from assist.web import AssistApp

RATE = "120/minute"
blueprint = Blueprint("approvals", __name__)


class Wanted(BaseModel):
    """The exact text somebody stands for."""

    source: str = Field(min_length=1, max_length=100)
    ticket: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20_000)
    suggestion_id: str | None = Field(None, max_length=64)


class Reply(BaseModel):
    """An approved text for a customer."""

    source: str = Field(min_length=1, max_length=100)
    ticket: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20_000)
    approval: str = Field(min_length=1, max_length=200)
    resolve: bool = False


class Decision(BaseModel):
    """What a second person says to the text they were shown."""

    text_hash: str = Field(min_length=1, max_length=64)
    decision: Literal["agree", "refuse"]


def init_app(app: AssistApp) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)


def approved(token: str | None, approval: Approval) -> dict[str, Any]:
    """Give an approval as routes and socket tell it; without a token it waits for a second person."""
    return {
        "approval": token,
        "text_hash": approval.text_hash,
        "expires_at": approval.expires_at.isoformat(),
        "needs": approval.needs,
        "waiting": token is None,
    }


@blueprint.post("/api/approvals")
@requires()
@limited(RATE)
def approve() -> tuple[Response, int]:
    """Approve a text: 201 with the token, or 202 while a second person must agree."""
    from assist.web import current

    wanted = read(Wanted)
    token, approval = current().services.sender.approve(
        _ticket(wanted.source, wanted.ticket),
        user=current_user(),
        text=wanted.text,
        suggestion_id=wanted.suggestion_id,
    )
    return jsonify(approved(token, approval)), 201 if token else 202


@blueprint.get("/api/approvals")
@requires()
def waiting() -> Response:
    """Give what waits for a second person: one's own, and what one may decide."""
    from assist.web import current

    return jsonify(approvals=current().services.sender.waiting(user=current_user()))


@blueprint.post("/api/approvals/<approval_id>/decision")
@requires()
@limited(RATE)
def decide(approval_id: str) -> Response:
    """Agree to a text as its second person, or refuse it."""
    _decide(approval_id, read(Decision))
    return jsonify(ok=True)


@blueprint.post("/api/replies")
@requires()
@limited(RATE)
def reply() -> tuple[Response, int]:
    """Send an approved text to the customer."""
    from assist.web import current

    wanted = read(Reply)
    current().services.sender.send(
        _ticket(wanted.source, wanted.ticket),
        user=current_user(),
        text=wanted.text,
        approval=wanted.approval,
        resolve=wanted.resolve,
    )
    return jsonify(ok=True), 201


@blueprint.get("/approvals")
@page()
def overview() -> str:
    """Show what waits for a second person."""
    from assist.web import current

    rows = current().services.sender.waiting(user=current_user())
    return render_template("approvals.html", rows=rows, done=request.args.get("done"))


@blueprint.post("/approvals/<approval_id>")
@requires()
@limited(RATE)
def decide_on_page(approval_id: str) -> BaseResponse:
    """Do as `decide`, from the page's form."""
    decision = read(Decision, request.form.to_dict())
    _decide(approval_id, decision)
    return redirect(url_for("approvals.overview", done=decision.decision))


def _decide(approval_id: str, wanted: Decision) -> None:
    from assist.web import current

    current().services.sender.decide(
        approval_id, user=current_user(), text_hash=wanted.text_hash, agree=wanted.decision == "agree"
    )


def _ticket(source: str, ticket: str) -> Ticket:
    from assist.web import current

    return current().services.view.ticket(source=source, external_id=ticket, user=current_user())
