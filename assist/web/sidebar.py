"""The sidebar's socket. What the browser says is a hint; every event asks the server who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import structlog
from flask import request
from flask_socketio import ConnectionRefusedError, Namespace, join_room, leave_room
from pydantic import BaseModel, ConfigDict, Field

from assist.errors import AssistError, InvalidInput, NotFound, NotSignedIn, TooManyRequests
from assist.governance.policies import statement_of
from assist.store.models import Suggestion, Ticket, User
from assist.web.approvals import approved
from assist.web.auth import living, user_of_token
from assist.web.delivery import SIDEBAR, room_of
from assist.web.errors import read
from assist.web.watch import Watch

if TYPE_CHECKING:
    from assist.web import AssistApp

log = structlog.get_logger(__name__)
Ack = dict[str, Any]
# After a restart a whole office comes back at once.
CONNECTIONS = "1200/minute"


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", str_max_length=20_000)


class TicketOpen(_Event):
    """Which ticket a sidebar shows, and what it has seen of it."""

    source: str = Field(min_length=1, max_length=100)
    ticket: str = Field(min_length=1, max_length=200)
    last_seq: int | None = Field(None, ge=0)
    suggest: bool = True


class Suggest(_Event):
    """A wish for a new draft."""

    instruction: str | None = Field(None, max_length=2_000)
    reason: str | None = Field(None, max_length=20)


class OfSuggestion(_Event):
    """Something about one suggestion."""

    suggestion_id: str = Field(min_length=1, max_length=64)


class Edit(_Event):
    """A tool applied to the agent's text."""

    action: str
    text: str
    suggestion_id: str | None = None
    instruction: str | None = None


class Approve(_Event):
    """The exact text an agent stands for."""

    source: str
    ticket: str
    text: str = Field(min_length=1)
    suggestion_id: str | None = None


class Decide(_Event):
    """What a second person says to the text they were shown."""

    approval_id: str = Field(min_length=1, max_length=64)
    text_hash: str = Field(min_length=1, max_length=64)
    decision: Literal["agree", "refuse"]


class AcceptUse(_Event):
    """The acceptable-use statement that the agent has read, by its identity."""

    statement: str = Field(min_length=1, max_length=64)


class Correct(_Event):
    """What a ticket is about, by an agent; null: what triage says."""

    intent: str | None = Field(None, max_length=200)


class Leaves(_Event):
    """A wish to see what leaves, for one suggestion or for the ticket as it stands."""

    suggestion_id: str | None = Field(None, min_length=1, max_length=64)


class FeedbackSignal(OfSuggestion):
    """One signal, with an id the client chose."""

    id: str
    signal: str
    reason: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class OpenSource(OfSuggestion):
    """A source by its number."""

    n: int


def init_app(app: AssistApp) -> None:
    """Register the namespace."""
    app.socketio.on_namespace(SidebarNamespace(app))


class _Client:
    """What the server knows of one socket."""

    def __init__(self, token: str) -> None:
        self.token_user: User | None = None
        self.token = token
        self.signed_in_at = 0.0
        self.ticket_id: int | None = None


class SidebarNamespace(Namespace):  # type: ignore[misc]
    """Answers the client events of `docs/protocol.md`."""

    def __init__(self, app: AssistApp) -> None:
        super().__init__(SIDEBAR)
        self._app = app
        self._services = app.services
        self._clients: dict[str, _Client] = {}
        self._watch = Watch(app, SIDEBAR, self._clients)

    def on_connect(self, auth: object = None) -> None:
        """Let in only who brings a valid token."""
        token = auth.get("token") if isinstance(auth, dict) else None
        try:
            self._app.limits.check(CONNECTIONS, "socket connect", request.remote_addr or "?")
            client = _Client(str(token or ""))
            client.token_user, client.signed_in_at = user_of_token(self._services, client.token)
        except (NotSignedIn, TooManyRequests) as error:
            raise ConnectionRefusedError(error.as_dict()) from None
        self._clients[request.sid] = client  # type: ignore[attr-defined]
        self._watch.begin()

    def on_disconnect(self, *_: object) -> None:
        """Forget the socket."""
        sid: str = request.sid  # type: ignore[attr-defined]
        if self._clients.pop(sid, None) is not None:
            self._services.presence.leave(sid)

    def on_ticket_open(self, data: object = None) -> Ack:
        """Join a ticket's room and give its present state."""
        return self._answer(self._open, data)

    def on_ticket_close(self, data: object = None) -> Ack:
        """Leave the room."""
        return self._answer(self._close, data)

    def on_suggest(self, data: object = None) -> Ack:
        """Start a new draft."""
        return self._answer(self._suggest, data)

    def on_stop(self, data: object = None) -> Ack:
        """Cancel a running draft."""
        return self._answer(self._stop, data)

    def on_edit(self, data: object = None) -> Ack:
        """Apply an editing tool."""
        return self._answer(self._edit, data)

    def on_approve(self, data: object = None) -> Ack:
        """Record the approval of an exact text."""
        return self._answer(self._approve, data)

    def on_approvals(self, data: object = None) -> Ack:
        """Give what waits for a second person on the open ticket."""
        return self._answer(self._approvals, data)

    def on_decide(self, data: object = None) -> Ack:
        """Be the second person of an approval."""
        return self._answer(self._decide, data)

    def on_feedback(self, data: object = None) -> Ack:
        """Record a signal."""
        return self._answer(self._feedback, data)

    def on_source(self, data: object = None) -> Ack:
        """Give a whole source and record that it was opened."""
        return self._answer(self._source, data)

    def on_correct(self, data: object = None) -> Ack:
        """Keep what the agent says the ticket is about."""
        return self._answer(self._correct, data)

    def on_leaves(self, data: object = None) -> Ack:
        """Give what left for a suggestion, as it left, or what would leave."""
        return self._answer(self._leaves, data)

    def on_accept_use(self, data: object = None) -> Ack:
        """Record that the agent accepts how the assistant may be used."""
        return self._answer(self._accept_use, data)

    def on_heartbeat(self, data: object = None) -> Ack:
        """Keep the presence alive."""
        return self._answer(self._beat, data)

    def _answer(self, act: Callable[[User, Any], Ack], data: object) -> Ack:
        try:
            user = self._user()
            self._app.limits.check(self._services.settings.default_limit, f"socket {act.__name__}", str(user.id))
            return {"ok": True, **act(user, data if data is not None else {})}
        except AssistError as error:
            return {"ok": False, "error": error.as_dict()}
        except Exception as error:
            log.exception("socket event failed", kind=type(error).__name__)
            return {"ok": False, "error": AssistError("something went wrong here", hint="Try again.").as_dict()}

    def _user(self) -> User:
        client = self._clients.get(request.sid)  # type: ignore[attr-defined]
        if client is None or client.token_user is None or client.token_user.id is None:
            raise NotSignedIn("this socket is not signed in", where="socket", hint="Connect again.")
        user = self._services.accounts.get(client.token_user.id)
        return living(user, client.token_user.session_version, client.signed_in_at, self._services.settings)

    def _open(self, user: User, data: object) -> Ack:
        wanted = read(TicketOpen, data)
        ticket = self._services.view.ticket(source=wanted.source, external_id=wanted.ticket, user=user)
        assert ticket.id is not None
        assert user.id is not None
        client = self._clients[request.sid]  # type: ignore[attr-defined]
        if client.ticket_id != ticket.id:
            self._leave()
            # In the room before the state is read: what happens in between comes as an event.
            join_room(room_of(ticket.id))
            client.ticket_id = ticket.id
            self._services.presence.join(request.sid, ticket.id, user.id)  # type: ignore[attr-defined]
        state = self._services.view.open(ticket, wanted.last_seq)
        use = self._use(user)
        if wanted.suggest and use["accepted"] and self._wants_draft(ticket, state):
            self._start(ticket.id, user, "open", None)
        if not self._services.triage.current(ticket):
            self._services.jobs.enqueue("triage", ticket_id=ticket.id)
        suggestion = state.pop("suggestion")
        return {
            **state,
            "use": use,
            "suggestion": suggestion,
            "sources": suggestion["sources"] if suggestion else [],
            "presence": self._services.presence.on(ticket.id),
            "intents": self._services.triage.labels(),
        }

    def _wants_draft(self, ticket: Ticket, state: dict[str, Any]) -> bool:
        policy = self._services.policies.active
        if not (self._services.settings.auto_suggest and policy.auto_suggest) or ticket.status == "resolved":
            return False
        suggestion = state["suggestion"]
        if suggestion is None or suggestion["status"] == "failed":
            return True
        # What a switch has kept back is made once it is on again, without anybody having to ask.
        kept_back = any(notice["action"] == "off" for notice in suggestion["notices"])
        return kept_back and self._services.restrictions.off(ticket.group_name) is None

    def _close(self, _user: User, _data: object) -> Ack:
        self._leave()
        return {}

    def _beat(self, _user: User, _data: object) -> Ack:
        self._services.presence.beat(request.sid)  # type: ignore[attr-defined]
        return {}

    def _leave(self) -> None:
        client = self._clients[request.sid]  # type: ignore[attr-defined]
        if client.ticket_id is not None:
            leave_room(room_of(client.ticket_id))
            client.ticket_id = None
            self._services.presence.leave(request.sid)  # type: ignore[attr-defined]

    def _start(self, ticket_id: int, user: User, trigger: str, instruction: str | None) -> str:
        suggestion_id, started = self._services.suggester.start(
            ticket_id, user=user, trigger=trigger, instruction=instruction
        )
        if started:
            self._services.jobs.enqueue("suggest", suggestion_id=suggestion_id)
        return suggestion_id

    def _suggest(self, user: User, data: object) -> Ack:
        wanted = read(Suggest, data)
        self._app.limits.check("30/minute", "suggest", str(user.id))
        ticket = self._own_ticket(user)
        assert ticket.id is not None
        trigger = "instruction" if wanted.instruction else (wanted.reason or "agent")
        return {"suggestion_id": self._start(ticket.id, user, trigger, wanted.instruction)}

    def _stop(self, user: User, data: object) -> Ack:
        self._services.suggester.stop(self._own_suggestion(user, read(OfSuggestion, data).suggestion_id).id)
        return {}

    def _edit(self, user: User, data: object) -> Ack:
        wanted = read(Edit, data)
        self._app.limits.check("60/minute", "edit", str(user.id))
        return self._services.editor.apply(
            self._own_ticket(user),
            action=wanted.action,
            text=wanted.text,
            instruction=wanted.instruction,
            suggestion_id=wanted.suggestion_id,
            user=user,
        )

    def _approve(self, user: User, data: object) -> Ack:
        wanted = read(Approve, data)
        ticket = self._own_ticket(user)
        if (ticket.source, ticket.external_id) != (wanted.source, wanted.ticket):
            raise InvalidInput(
                "the text was written for another ticket than the one that is open",
                where="approve",
                hint="Open the ticket again.",
            )
        token, approval = self._services.sender.approve(
            ticket, user=user, text=wanted.text, suggestion_id=wanted.suggestion_id
        )
        return approved(token, approval)

    def _approvals(self, user: User, _data: object) -> Ack:
        return {"approvals": self._services.sender.waiting(user=user, ticket=self._own_ticket(user))}

    def _decide(self, user: User, data: object) -> Ack:
        wanted = read(Decide, data)
        self._own_ticket(user)
        agree = wanted.decision == "agree"
        self._services.sender.decide(wanted.approval_id, user=user, text_hash=wanted.text_hash, agree=agree)
        return {}

    def _use(self, user: User) -> dict[str, Any]:
        """Give what an agent must accept and may want to know, in every language."""
        policy = self._services.policies.active
        return {
            "policy": policy.version,
            "statement": statement_of(policy),
            "accepted": self._services.policies.accepted(user),
            "acceptable_use": policy.acceptable_use,
            "prohibited": policy.uses.prohibited,
            "guidance": policy.guidance,
        }

    def _accept_use(self, user: User, data: object) -> Ack:
        self._services.policies.accept(user, read(AcceptUse, data).statement)
        return {"use": self._use(user)}

    def _correct(self, user: User, data: object) -> Ack:
        ticket = self._own_ticket(user)
        assert ticket.id is not None
        self._services.triage.correct(ticket.id, read(Correct, data).intent, user=user)
        return {}

    def _feedback(self, user: User, data: object) -> Ack:
        signal = read(FeedbackSignal, data)
        self._record(user, signal.id, signal.suggestion_id, signal.signal, signal.reason, signal.detail)
        return {}

    def _source(self, user: User, data: object) -> Ack:
        wanted = read(OpenSource, data)
        return {"source": self._services.view.source(wanted.suggestion_id, wanted.n, self._own_ticket(user))}

    def _leaves(self, user: User, data: object) -> Ack:
        wanted = read(Leaves, data)
        ticket = self._own_ticket(user)
        suggestion = self._services.view.suggestion(wanted.suggestion_id, ticket) if wanted.suggestion_id else None
        return self._services.leaving.of(ticket, suggestion)

    def _record(
        self, user: User, id: str, suggestion_id: str, signal: str, reason: str | None, detail: dict[str, Any]
    ) -> None:
        assert user.id is not None
        ticket = self._own_ticket(user)
        assert ticket.id is not None
        self._services.feedback.record(
            id=id,
            suggestion_id=suggestion_id,
            ticket_id=ticket.id,
            user_id=user.id,
            signal=signal,
            reason=reason,
            detail=detail,
        )

    def _own_ticket(self, user: User) -> Ticket:
        """Give the ticket this socket has open, if the user may still see it."""
        client = self._clients[request.sid]  # type: ignore[attr-defined]
        if client.ticket_id is None:
            raise NotFound("no ticket is open here", where="socket", hint="Open one first.")
        return self._services.view.ticket_by_id(client.ticket_id, user=user)

    def _own_suggestion(self, user: User, suggestion_id: str) -> Suggestion:
        return self._services.view.suggestion(suggestion_id, self._own_ticket(user))
