"""The demo helpdesk's server side: an ordinary helpdesk that happens to live in the same process.

Registered only with `--demo`, which only listens on loopback. Its page talks to the sidebar by postMessage alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_socketio import ConnectionRefusedError, Namespace
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from assist.errors import NotFound, NotSignedIn
from assist.helpdesk import Author, EventKind, Message, TicketEvent
from assist.store.models import Ticket, new_id
from assist.web.approvals import approved
from assist.web.auth import current_user, inside, page, requires, sign_in
from assist.web.delivery import DEMO
from assist.web.errors import read

if TYPE_CHECKING:
    from assist.web import AssistApp

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


class SignIn(BaseModel):
    """Whom to be."""

    role: str


class Text(BaseModel):
    """Something written."""

    text: str = Field(min_length=1, max_length=20_000)
    id: str | None = Field(None, max_length=64)


class ApprovalRequest(BaseModel):
    """The exact text the signed-in agent stands for."""

    source: str
    ticket: str
    text: str = Field(min_length=1, max_length=20_000)
    suggestion_id: str | None = None


class ReplyRequest(BaseModel):
    """An approved reply."""

    text: str = Field(min_length=1, max_length=20_000)
    approval: str
    resolve: bool = False


def init_app(app: AssistApp) -> None:
    """Register the routes and the helpdesk's own live view."""
    app.register_blueprint(blueprint)
    app.socketio.on_namespace(DemoNamespace(DEMO))


class DemoNamespace(Namespace):  # type: ignore[misc]
    """Tells the demo helpdesk that a ticket changed; it carries no text."""

    def on_connect(self) -> None:
        """Let in who is signed in."""
        try:
            current_user()
        except NotSignedIn as error:
            raise ConnectionRefusedError(error.as_dict()) from None


@blueprint.get("")
@page()
def helpdesk() -> str:
    """Show inbox, conversation and composer, with the sidebar in its frame."""
    return render_template("demo.html")


@blueprint.get("/shop")
def shop() -> str:
    """Show a shop page with the chatbot."""
    return render_template("shop.html")


@blueprint.get("/sign-in")
def sign_in_page() -> str:
    """Show the three roles to choose from."""
    return render_template("demo_sign_in.html", next=request.args.get("next", "/demo"))


@blueprint.post("/sign-in")
def demo_sign_in() -> BaseResponse:
    """Sign in as the demo's agent, lead or admin."""
    from assist.web import current

    wanted = read(SignIn, request.get_json(silent=True) or request.form.to_dict())
    user = current().services.accounts.by_role(wanted.role)
    if user is None:
        raise NotFound(f"the demo has no {wanted.role}", where="sign-in", hint="Choose agent, lead or admin.")
    sign_in(user)
    target = inside(request.values.get("next", "/demo"), "/demo")
    if request.is_json:
        return jsonify(ok=True, user={"id": user.id, "name": user.name, "role": user.role})
    return redirect(url_for("lead.overview") if wanted.role == "lead" and target == "/demo" else target)


@blueprint.get("/api/tickets")
@requires()
def tickets() -> Response:
    """Give the inbox."""
    from assist.web import current

    rows = current().services.view.inbox(user=current_user(), status=request.args.get("status", "open"))
    return jsonify(tickets=rows)


@blueprint.get("/api/tickets/<source>/<path:ticket>")
@requires()
def conversation(source: str, ticket: str) -> Response:
    """Give one ticket with its conversation."""
    from assist.web import current

    return jsonify(current().services.view.conversation(_ticket(source, ticket)))


@blueprint.post("/api/tickets/<source>/<path:ticket>/notes")
@requires()
def note(source: str, ticket: str) -> tuple[Response, int]:
    """Add an internal note by the signed-in agent."""
    return _event(source, ticket, EventKind.INTERNAL_NOTE, Author.AGENT, internal=True)


@blueprint.post("/api/tickets/<source>/<path:ticket>/customer")
@requires()
def customer(source: str, ticket: str) -> tuple[Response, int]:
    """Play the customer: add a message as if they had written."""
    return _event(source, ticket, EventKind.CUSTOMER_REPLY, Author.CUSTOMER, internal=False)


@blueprint.post("/api/approvals")
@requires()
def approve() -> tuple[Response, int]:
    """Approve an exact text for a ticket."""
    from assist.web import current

    wanted = read(ApprovalRequest)
    token, approval = current().services.sender.approve(
        _ticket(wanted.source, wanted.ticket),
        user=current_user(),
        text=wanted.text,
        suggestion_id=wanted.suggestion_id,
    )
    return jsonify(approved(token, approval)), 201 if token else 202


@blueprint.post("/api/tickets/<source>/<path:ticket>/replies")
@requires()
def reply(source: str, ticket: str) -> tuple[Response, int]:
    """Send an approved reply to the customer."""
    from assist.web import current

    wanted = read(ReplyRequest)
    services = current().services
    services.sender.send(
        _ticket(source, ticket),
        user=current_user(),
        text=wanted.text,
        approval=wanted.approval,
        resolve=wanted.resolve,
    )
    return jsonify(services.view.conversation(_ticket(source, ticket))), 201


def _ticket(source: str, ticket: str) -> Ticket:
    from assist.web import current

    return current().services.view.ticket(source=source, external_id=ticket, user=current_user())


def _event(source: str, ticket: str, kind: EventKind, author: Author, *, internal: bool) -> tuple[Response, int]:
    from assist.web import current

    written = read(Text)
    services, user = current().services, current_user()
    row = _ticket(source, ticket)
    services.intake.receive(
        TicketEvent(
            kind=kind,
            source=row.source,
            ticket_id=row.external_id,
            message=Message(
                author=author,
                text=written.text,
                internal=internal,
                name=user.name if author is Author.AGENT else None,
                id=f"demo:{written.id or new_id()}",
            ),
        ),
        user_id=user.id if author is Author.AGENT else None,
        by=user.name if author is Author.AGENT else None,
    )
    return jsonify(services.view.conversation(_ticket(source, ticket))), 201
