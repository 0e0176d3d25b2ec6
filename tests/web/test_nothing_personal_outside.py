"""A running server is fed personal values by every door; its log, metrics and errors hold none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from assist import services as wiring
from assist.evaluation.leak_search import Watch
from assist.governance.policies import statement_of
from assist.helpdesk import Ticket
from assist.redaction.redactor import Redactor
from assist.settings import Settings
from tests.web.conftest import PASSWORD, SECRET, Server, open_sidebar, serving

NAME, EMAIL, PHONE, ORDER = "Quirina Vandersloot", "quirina@vandersloot.example", "+44 20 7946 0958", "QV-7319046"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture
def talking(tmp_path: Path, log: Path, redactor: Redactor) -> Iterator[Server]:
    home = tmp_path / "home"
    services = wiring.build(Settings.embedded(home, secret_key=SecretStr(SECRET)), redactor=redactor)
    services.index.open()
    maya = services.accounts.add(email="maya@example.com", name="Maya Kent", password=PASSWORD, role="agent")
    services.policies.accept(maya, statement_of(services.policies.active))
    contact = {"name": NAME, "email": EMAIL, "phone": PHONE, "orders": [ORDER]}
    told = f"{NAME} here ({EMAIL}, {PHONE}): order {ORDER} is late. How do I cancel it?"
    message = {"author": "customer", "text": told}
    ticket = Ticket.model_validate({"source": "test", "id": "T-1", "contact": contact, "messages": [message]})
    services.intake.store([ticket])
    services.close()
    environment = os.environ | {"ASSIST_HOME": str(home), "ASSIST_SECRET_KEY": SECRET, "ASSIST_LOG_FORMAT": "json"}
    with serving(environment, log) as running:
        yield running


def test_log_metrics_and_errors_hold_no_value(talking: Server, log: Path) -> None:
    watch = Watch()
    for kind, value in (("PERSON", NAME), ("EMAIL", EMAIL), ("PHONE", PHONE), ("ORDER", ORDER)):
        watch.add(kind, value)
    errors: list[str] = []
    with open_sidebar(talking) as maya:
        assert maya.call("ticket_open", source="test", ticket="T-1")["ticket"]["requester"] == NAME
        maya.wait("suggestion_done")
        for event, payload in (
            ("ticket_open", {"source": NAME, "ticket": EMAIL}),
            ("edit", {"action": NAME, "text": f"Dear {NAME}"}),
            ("suggest", {"instruction": f"tell {NAME} that {ORDER} comes", "reason": EMAIL * 3}),
            ("correct", {"intent": f"{NAME} {PHONE}"}),
            ("feedback", {"id": EMAIL, "suggestion_id": NAME, "signal": PHONE}),
        ):
            errors.append(str(maya.call(event, **payload).get("error")))
    with httpx.Client(base_url=talking.url, timeout=30) as client:
        for method, path, body in (
            ("GET", f"/{EMAIL}", None),
            ("GET", f"/sidebar?source={NAME}&ticket={ORDER}", None),
            ("GET", f"/login?next=/{NAME}", None),
            ("POST", "/api/token", {"email": EMAIL, "password": "wrong " + ORDER}),
            ("POST", "/chatbot/sessions", {"name": NAME, "email": EMAIL, "language": "en" * 20}),
            ("POST", "/chatbot/messages", {"session": NAME, "id": "m-01", "text": told_by(NAME)}),
            ("POST", f"/connectors/{EMAIL}/events", {"from": NAME}),
        ):
            answer = client.request(method, path, json=body)
            if answer.status_code >= 400:
                errors.append(answer.text)
        metrics = client.get("/metrics").text
    assert "assist_requests_total" in metrics
    assert len(errors) >= 8
    assert not list(watch.leaks(metrics.encode()))
    assert not list(watch.leaks(log.read_bytes()))
    # What somebody typed is not repeated to them either.
    assert not [leak for error in errors for leak in watch.leaks(error.encode())]


def told_by(name: str) -> str:
    return f"I am {name} and want my order."
