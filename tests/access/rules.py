"""Who may do what: the whole table. A route or socket event that is not here fails the tests.

`who` is the least role that may; `nobody` means everybody. "proof": no role opens it, only what the request carries
itself (a helpdesk's signature, a conversation's token). `ticket`: it works on one ticket, so an agent gets it for
tickets of their groups only, leads and admins for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Who = Literal["nobody", "agent", "lead", "admin", "proof"]
ROLES: tuple[Who, ...] = ("nobody", "agent", "lead", "admin")


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    `at`, `json`, `form`: a request that is right, with {source}, {ticket}, {suggestion}, {waiting}, {hash}, {approval}
    filled in. `gives`: statuses that mean "let in", where a right request does not simply succeed.
    """

    who: Who
    ticket: bool = False
    at: str = ""
    json: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    gives: tuple[int, ...] = ()


TICKET = {"source": "{source}", "ticket": "{ticket}"}
DECISION = {"text_hash": "{hash}", "decision": "agree"}
DEMO_TICKET = "/demo/api/tickets/{source}/{ticket}"

ROUTES: dict[str, Rule] = {
    # For everybody: pages to begin at, and what machines ask.
    "GET /": Rule("nobody"),
    "GET /static/<path:filename>": Rule("nobody", at="/static/tokens.css"),
    "GET /login": Rule("nobody"),
    "POST /login": Rule("nobody", form={"email": "colleague@example.com", "password": "a long enough password"}),
    "POST /logout": Rule("nobody"),
    "GET /oidc/sign-in": Rule("nobody", gives=(404,)),
    "GET /oidc/callback": Rule("nobody", gives=(404,)),
    "GET /oidc/signed-out": Rule("nobody", gives=(404,)),
    "GET /sidebar": Rule("nobody"),
    "GET /healthz": Rule("nobody"),
    "GET /readyz": Rule("nobody"),
    "GET /metrics": Rule("nobody"),
    "POST /chatbot/sessions": Rule("nobody", json={}),
    # By what the request carries.
    "POST /chatbot/messages": Rule("proof", json={"session": "x", "id": "m-0001", "text": "Hello"}),
    "POST /chatbot/handoff": Rule("proof", json={"session": "x"}),
    "POST /connectors/<name>/events": Rule("proof", at="/connectors/webhook/events", json={}),
    # For who is signed in.
    "POST /api/token": Rule("agent", json={}),
    "GET /signed-in": Rule("agent"),
    "GET /account": Rule("agent"),
    "POST /account/password": Rule("agent", form={"old": "x", "new": "short"}, gives=(400,)),
    "POST /account/sign-out-everywhere": Rule("agent"),
    "GET /approvals": Rule("agent"),
    "GET /api/approvals": Rule("agent"),
    "POST /api/approvals": Rule("agent", ticket=True, json={**TICKET, "text": "Good day"}),
    "POST /api/replies": Rule("agent", ticket=True, json={**TICKET, "text": "Good day", "approval": "{approval}"}),
    # For leads: being the second person, and the figures.
    "POST /api/approvals/<approval_id>/decision": Rule(
        "lead", ticket=True, at="/api/approvals/{waiting}/decision", json=DECISION
    ),
    "POST /approvals/<approval_id>": Rule("lead", ticket=True, at="/approvals/{waiting}", form=DECISION),
    "GET /lead": Rule("lead"),
    "GET /lead/stats.json": Rule("lead"),
    "GET /lead/stats.csv": Rule("lead"),
    # For admins.
    "GET /admin": Rule("admin"),
    "GET /admin/state.json": Rule("admin"),
    "GET /admin/sheets.json": Rule("admin"),
    "GET /admin/policy/<version>.yaml": Rule("admin", at="/admin/policy/0.yaml", gives=(404,)),
    "POST /admin/policy/check": Rule("admin", json={"source": "title: x"}, gives=(400,)),
    "POST /admin/policy/activate": Rule("admin", json={"source": "title: x"}, gives=(400,)),
    "POST /admin/policy/reactivate": Rule("admin", json={"version": "0"}, gives=(404,)),
    "POST /admin/kill": Rule("admin", json={"scope": "engine", "name": "nothing", "reason": "A trial"}),
    "POST /admin/release": Rule("admin", json={"scope": "engine", "name": "nothing"}),
    "GET /admin/audit": Rule("admin"),
    "POST /admin/audit/verify": Rule("admin"),
    "GET /admin/audit/export.jsonl": Rule("admin"),
    # The demo helpdesk, which is there with --demo on loopback alone and signs anybody in.
    "GET /demo": Rule("agent"),
    "GET /demo/shop": Rule("nobody"),
    "GET /demo/sign-in": Rule("nobody"),
    "POST /demo/sign-in": Rule("nobody", json={"role": "agent"}),
    "GET /demo/api/tickets": Rule("agent"),
    "GET /demo/api/tickets/<source>/<path:ticket>": Rule("agent", ticket=True, at=DEMO_TICKET),
    "POST /demo/api/tickets/<source>/<path:ticket>/notes": Rule(
        "agent", ticket=True, at=f"{DEMO_TICKET}/notes", json={"text": "A note"}
    ),
    "POST /demo/api/tickets/<source>/<path:ticket>/customer": Rule(
        "agent", ticket=True, at=f"{DEMO_TICKET}/customer", json={"text": "Any news?"}
    ),
    "POST /demo/api/approvals": Rule("agent", ticket=True, json={**TICKET, "text": "Good day"}),
    "POST /demo/api/tickets/<source>/<path:ticket>/replies": Rule(
        "agent", ticket=True, at=f"{DEMO_TICKET}/replies", json={"text": "Good day", "approval": "{approval}"}
    ),
}

# Every event but `ticket_open`, `ticket_close` and `heartbeat` is about the ticket that is open: an agent who may not
# open it has none. `json` is the payload.
SOCKET: dict[str, Rule] = {
    "/sidebar connect": Rule("agent"),
    "/sidebar disconnect": Rule("nobody"),
    "/sidebar ticket_open": Rule("agent", ticket=True, json=TICKET),
    "/sidebar ticket_close": Rule("agent", json={}),
    "/sidebar heartbeat": Rule("agent", json={}),
    "/sidebar suggest": Rule("agent", ticket=True, json={}),
    "/sidebar stop": Rule("agent", ticket=True, json={"suggestion_id": "{suggestion}"}),
    "/sidebar edit": Rule("agent", ticket=True, json={"action": "spelling", "text": "We recieve it"}),
    "/sidebar approve": Rule("agent", ticket=True, json={**TICKET, "text": "Good day"}),
    "/sidebar approvals": Rule("agent", ticket=True, json={}),
    "/sidebar decide": Rule("lead", ticket=True, json={"approval_id": "{waiting}", **DECISION}),
    "/sidebar feedback": Rule(
        "agent", ticket=True, json={"id": "{fresh}", "suggestion_id": "{suggestion}", "signal": "shown"}
    ),
    "/sidebar source": Rule("agent", ticket=True, json={"suggestion_id": "{suggestion}", "n": 1}),
    "/sidebar leaves": Rule("agent", ticket=True, json={"suggestion_id": "{suggestion}"}),
    "/sidebar accept_use": Rule("agent", json={"statement": "{statement}"}),
    "/sidebar correct": Rule("agent", ticket=True, json={"intent": None}),
    "/demo connect": Rule("agent"),
}
