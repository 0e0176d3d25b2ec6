"""The whole application with people of every role and a ticket inside and outside an agent's group, on a real port."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from assist import services as wiring
from assist.governance.policies import statement_of
from assist.helpdesk import Ticket
from assist.redaction.redactor import Redactor
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Suggestion, User
from assist.store.models import Ticket as TicketRow
from assist.web import AssistApp, create_app
from tests.browser.conftest import browser

__all__ = ["browser"]

SECRET = "a secret key of at least thirty-two characters"
PASSWORD = "a long enough password"
WEBHOOK_KEY = b"0123456789abcdef0123456789abcdef"
GROUPS = {"in": "returns", "out": "billing"}


@dataclass
class House:
    """The application, where it listens, its people by role, and its tickets by where they lie."""

    app: AssistApp
    url: str
    people: dict[str, User]
    tickets: dict[str, TicketRow]
    suggestions: dict[str, str] = field(default_factory=dict)

    @property
    def services(self) -> Services:
        return self.app.services

    def person(self, role: str) -> User:
        """Give somebody as they are in the database now."""
        user = self.services.accounts.get(self.people[role].id or 0)
        assert user is not None
        return user

    def cookie(self, role: str) -> dict[str, str]:
        """Give the cookie of somebody who just signed in."""
        if role == "nobody":
            return {}
        user = self.person(role)
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return {"assist": signer.dumps({"uid": user.id, "sv": user.session_version, "at": time.time()})}

    def token(self, role: str) -> str:
        from assist.web.auth import issue_token

        return issue_token(self.services.settings, self.person(role), time.time())

    def ask(self, method: str, path: str, role: str, **more: Any) -> httpx.Response:
        """Send a request as somebody's browser."""
        headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        with httpx.Client(base_url=self.url, cookies=self.cookie(role), timeout=30) as client:
            return client.request(method, path, headers=headers, **more)


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, redactor: Redactor) -> Iterator[House]:
    patch = pytest.MonkeyPatch()
    patch.setenv("ASSIST_WEBHOOK_SECRET", "whsec_" + base64.b64encode(WEBHOOK_KEY).decode())
    home = tmp_path_factory.mktemp("access") / "home"
    settings = Settings(home=home, secret_key=SECRET, demo=True, auto_suggest=False)  # type: ignore[arg-type]
    services = wiring.build(settings, redactor=redactor)
    patch.undo()
    services.index.open()
    app = create_app(settings, services)
    with serving(app) as url:
        yield furnished(app, url)
    services.close()


def furnished(app: AssistApp, url: str) -> House:
    services = app.services
    people = {
        role: services.accounts.add(
            email=f"{role}@example.com", name=f"{role.title()} Test", password=PASSWORD, role=rank, groups=groups
        )
        for role, rank, groups in (
            ("agent", "agent", ["returns"]),
            ("lead", "lead", ["returns"]),
            ("admin", "admin", []),
            ("colleague", "agent", []),
        )
    }
    for person in people.values():
        services.policies.accept(person, statement_of(services.policies.active))
    services.intake.store(
        [
            Ticket.model_validate(
                {
                    "source": "test",
                    "id": f"T-{place}",
                    "subject": "A parcel",
                    "group": group,
                    "contact": {"name": "Ann Lee", "email": "ann.lee@example.com"},
                    "messages": [{"author": "customer", "text": "Where is my parcel?"}],
                }
            )
            for place, group in GROUPS.items()
        ]
    )
    admin = people["admin"]
    tickets = {place: services.view.ticket(source="test", external_id=f"T-{place}", user=admin) for place in GROUPS}
    made = House(app, url, people, tickets)
    with services.database.session() as session:
        for place, ticket in tickets.items():
            source = {
                "n": 1,
                "record_id": 1,
                "kind": "article",
                "title": "Delivery",
                "text": "It takes 3 days.",
                "score": 1.0,
            }
            suggestion = Suggestion(ticket_id=ticket.id or 0, status="done", sources=[source])
            session.add(suggestion)
            made.suggestions[place] = suggestion.id
    return made


class serving:
    """Serve an application from a thread until the block ends."""

    def __init__(self, app: AssistApp) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
