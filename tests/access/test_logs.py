"""Everything a real server says while people use it and things go wrong holds no secret and nobody's data."""

from __future__ import annotations

import base64
import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from assist.frames import trace
from connectors.webhook import sign
from tests.access.conftest import WEBHOOK_KEY
from tests.access.provider import provider
from tests.web.conftest import PASSWORD, SECRET, Server, assist, open_sidebar, prepare, serving

PERSON = {
    "name": "Wilhelmina Oyelaran",
    "email": "wilhelmina.oyelaran@mailbox.example",
    "phone": "+44 20 7946 0991",
    "order": "LK-7719203",
    "street": "17 Quenby Terrace",
    "card": "4929 1234 5678 9018",
}
CUSTOMER_TEXT = (
    "Hello, this is {name}. My order {order} never came to {street}. Call {phone} or write to {email}. "
    "I paid with {card} and I am furious about it."
).format(**PERSON)
REPLY = "Dear Wilhelmina, the parcel zxqv-marker leaves tomorrow."
HOOK_SECRET = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()
CLIENT_SECRET = "oidc-client-secret-9f3b1c"
API_KEY = "sk-chat-key-77aa88bb99"
WRONG_PASSWORD = "my-own-wrong-password-5521"


class Used:
    """What was given out or typed on the way."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {
            "secret key": SECRET,
            "password": PASSWORD,
            "wrong password": WRONG_PASSWORD,
            "webhook secret": HOOK_SECRET,
            "webhook key": WEBHOOK_KEY.decode(),
            "client secret": CLIENT_SECRET,
            "chat key": API_KEY,
        }

    def keep(self, name: str, value: str) -> str:
        assert len(value) > 8, name
        self.secrets[name] = value
        return value


def hook(server: Server, event: object, *, key: bytes = WEBHOOK_KEY) -> httpx.Response:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    id, stamp = f"msg_{uuid4().hex}", str(int(time.time()))
    headers = {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": sign(key, id, stamp, body)}
    return httpx.post(f"{server.url}/connectors/webhook/events", content=body, headers=headers, timeout=60)


def sign_in(server: Server, issuer: str, used: Used) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for email, password in (
            ("maya@example.com", WRONG_PASSWORD),
            (PERSON["email"], WRONG_PASSWORD),
            ("maya@example.com", PASSWORD),
        ):
            answer = client.post("/login", data={"email": email, "password": password})
        assert answer.status_code == 302
        used.keep("session cookie", client.cookies["assist"])
        used.keep("device cookie", client.cookies["assist-device"])
        used.keep("page token", client.post("/api/token", json={}).json()["token"])
        client.post("/account/password", data={"old": WRONG_PASSWORD, "new": "another-new-password-31"})
        client.get("/account", params={"email": PERSON["email"]})
    with httpx.Client(timeout=30) as client:
        httpx.put(
            f"{issuer}/users/u-1",
            json={"email": "oidc.person@example.org", "name": "Oidc Person", "groups": ["support"]},
        )
        where = client.get(f"{server.url}/oidc/sign-in").headers["location"]
        used.keep("state", httpx.URL(where).params["state"])
        used.keep("nonce", httpx.URL(where).params["nonce"])
        back = httpx.post(where, data={"sub": "u-1"}).headers["location"]
        code = used.keep("code", httpx.URL(back).params["code"])
        assert client.get(back.replace(code, "forged")).status_code == 401
        where = client.get(f"{server.url}/oidc/sign-in").headers["location"]
        assert client.get(httpx.post(where, data={"sub": "u-1"}).headers["location"]).status_code == 302


def work(server: Server, used: Used) -> None:
    ticket = f"W-{uuid4().hex[:6]}"
    contact = {"name": PERSON["name"], "email": PERSON["email"], "phone": PERSON["phone"], "orders": [PERSON["order"]]}
    message = {"author": "customer", "text": CUSTOMER_TEXT}
    created = {
        "kind": "created",
        "ticket_id": ticket,
        "ticket": {
            "id": ticket,
            "subject": f"Where is it, {PERSON['name']}?",
            "contact": contact,
            "messages": [message],
        },
    }
    assert hook(server, created).status_code == 200
    assert hook(server, created, key=b"y" * 32).status_code == 401
    assert hook(server, CUSTOMER_TEXT.encode()).status_code == 400
    assert hook(server, {**created, "kind": CUSTOMER_TEXT}).status_code == 400
    # Taken in, for its ticket may be on its way; doing it fails later.
    assert hook(server, {"kind": "customer_reply", "ticket_id": PERSON["email"], "message": message}).status_code == 200
    with open_sidebar(server) as sidebar:
        used.keep("token", server.token())
        assert sidebar.call("ticket_open", source="webhook", ticket=ticket)["ok"]
        sidebar.wait("suggestion_done", 60)
        sidebar.call("suggest", instruction=f"Say that {PERSON['name']} is right")
        sidebar.wait("suggestion_done", 60)
        used.keep("approval", sidebar.call("approve", source="webhook", ticket=ticket, text=REPLY)["approval"])
        sidebar.call("edit", action="spelling", text=CUSTOMER_TEXT)
        sidebar.call("edit", action=CUSTOMER_TEXT, text=CUSTOMER_TEXT)
        sidebar.call("feedback", id=CUSTOMER_TEXT, suggestion_id=PERSON["email"], signal=CUSTOMER_TEXT)
        sidebar.call("ticket_open", source=PERSON["email"], ticket=PERSON["name"])
        # Text that no database takes: an error of our own, with the text in reach of its message.
        for odd in ("\x00", "\ud83d"):
            with suppress(Exception):
                sidebar.call("approve", source="webhook", ticket=ticket, text=CUSTOMER_TEXT + odd)
                sidebar.call("edit", action="spelling", text=CUSTOMER_TEXT + odd)
    headers = {"Authorization": f"Bearer {server.token()}"}
    for odd in ("\\u0000", "\\ud83d", ""):
        body = json.dumps({"source": "webhook", "ticket": ticket, "text": CUSTOMER_TEXT})[:-2] + odd + '"}'
        for path in ("/api/approvals", "/api/replies"):
            httpx.post(
                f"{server.url}{path}", content=body.encode(), headers={**headers, "Content-Type": "application/json"}
            )
    for path in (f"/{PERSON['email']}", f"/lead/stats.json?team={PERSON['name']}", f"/api/approvals/{PERSON['email']}"):
        httpx.get(f"{server.url}{path}", headers=headers)
    httpx.post(f"{server.url}/api/token", headers={"Authorization": f"Bearer {server.token()}x"})


def chat(server: Server, used: Used) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        who = {"name": PERSON["name"], "email": PERSON["email"]}
        session = client.post("/chatbot/sessions", json=who).json()
        client.headers["Authorization"] = f"Bearer {used.keep('chat token', session['token'])}"
        for number, text in enumerate((CUSTOMER_TEXT, "How many days do I have to return unworn items?", "\x00")):
            client.post("/chatbot/messages", json={"session": session["session"], "id": f"m-000{number}", "text": text})
        odd = json.dumps({"session": session["session"], "id": "m-0009", "text": PERSON["name"] + "\ud83d"})
        client.post("/chatbot/messages", content=odd.encode(), headers={"Content-Type": "application/json"})
        client.post(
            "/chatbot/handoff", json={"session": session["session"], "email": PERSON["email"], "reason": CUSTOMER_TEXT}
        )


@pytest.mark.slow
def test_log_of_a_real_run_holds_no_secret_and_nobodys_data(tmp_path: Path) -> None:
    used, log = Used(), tmp_path / "server.log"
    with provider() as issuer:
        environment = prepare(
            tmp_path / "home",
            log_level="DEBUG",
            log_format="json",
            webhook_secret=HOOK_SECRET,
            oidc_issuer=issuer,
            oidc_client_id="assist",
            oidc_client_secret=CLIENT_SECRET,
            oidc_roles="support=agent",
            # A model that is not there: its failures are logged too, and the extractive engine answers.
            chat_model="openai-compatible:http://127.0.0.1:9/v1#none",
            chat_api_key=API_KEY,
        )
        with serving(environment, log) as server:
            sign_in(server, issuer, used)
            work(server, used)
            chat(server, used)
            used.keep("vault key", (tmp_path / "home" / "vault.key").read_text().strip())
            said = assist(environment, "user", "list") + assist(environment, "user", "revoke", "maya@example.com")
            httpx.get(f"{server.url}/readyz")
            metrics = httpx.get(f"{server.url}/metrics").text
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    assert len(lines) > 5, "the run said something"
    assert "delivery refused" in text
    assert "identity provider not believed" in text
    values: dict[str, str] = {**used.secrets, **PERSON, "customer's words": "furious about it", "reply": "zxqv-marker"}
    values |= {"first name": "Wilhelmina", "last name": "Oyelaran", "agent's address": "maya@example.com"}
    values |= {"oidc address": "oidc.person@example.org", "agent's name": "Maya Kent", "domain": "mailbox.example"}
    for held, where in ((text, "log"), (metrics, "metrics")):
        low = held.lower()
        found = {name: _around(low, value.lower()) for name, value in values.items() if value.lower() in low}
        assert found == {}, where
    assert "maya@example.com" in said


def _around(text: str, value: str) -> str:
    at = text.index(value)
    return text[max(0, at - 300) : at + len(value) + 100]


def test_stack_trace_holds_places_and_kinds_but_no_words() -> None:
    def fail(text: Any) -> None:
        try:
            int(text)
        except ValueError as error:
            raise RuntimeError(f"cannot read {text}") from error

    with pytest.raises(RuntimeError) as caught:
        fail("ann.lee@example.com")
    told = trace(caught.value)
    assert "ann.lee" not in told
    assert told.index("builtins.RuntimeError") < told.index("from builtins.ValueError")
    assert "test_logs.py" in told
