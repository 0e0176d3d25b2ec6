"""The whole product without its web floor: real database, real models, real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assist import services as wiring
from assist.governance.policies import statement_of
from assist.helpdesk import Article, Ticket
from assist.redaction.redactor import Redactor
from assist.retrieval import encoder as encoders
from assist.retrieval.encoder import Encoder
from assist.services import Services
from assist.settings import Settings
from assist.store.models import User

SECRET = "a secret key of at least thirty-two characters"


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return encoders.connect(Settings())


@pytest.fixture
def services(tmp_path: Path, redactor: Redactor, encoder: Encoder) -> Iterator[Services]:
    settings = Settings(home=tmp_path / "home", secret_key=SECRET)  # type: ignore[arg-type]
    made = wiring.build(settings, redactor=redactor, encoder=encoder)
    made.index.open()
    yield made
    made.close()


@pytest.fixture
def agent(services: Services) -> User:
    user = services.accounts.add(email="maya@example.com", name="Maya Kent", password="long enough pw", role="agent")
    services.policies.accept(user, statement_of(services.policies.active))
    return user


def ticket(id: str, *texts: str, **more: Any) -> Ticket:
    """A ticket whose messages alternate between customer and agent."""
    authors = ["customer", "agent"] * len(texts)
    return Ticket.model_validate(
        {
            "source": "test",
            "id": id,
            "messages": [{"author": a, "text": t} for a, t in zip(authors, texts, strict=False)],
            **more,
        }
    )


KNOWLEDGE = [
    Article(
        source="test",
        id="A-returns",
        title="Returning something within 60 days",
        text="You can return unworn items with tags within 60 days of delivery. Print the free label from your "
        "account. The refund reaches your original payment method 5 to 7 working days after the warehouse "
        "scans the parcel.",
        url="https://help.example/returns",
    ),
    Article(
        source="test",
        id="A-goodwill",
        title="Goodwill limits for agents",
        text="Agents may grant goodwill vouchers up to ten pounds without asking a team lead.",
        visibility="internal",
    ),
]
RESOLVED = [
    ticket(
        "T-1",
        "My jacket does not fit, how can I return it and get my refund?",
        "You can return the unworn jacket with its tags within 60 days. Print the free label in your account under "
        "Orders. The refund takes 5 to 7 working days after the parcel is scanned.",
        status="resolved",
        subject="Return a jacket",
        intent="return_exchange",
    ),
    ticket(
        "T-2",
        "The app shows error 504 when I sync my track.",
        "Please update the app to the newest version and sign in again. Tracks recorded offline are uploaded by "
        "themselves.",
        status="resolved",
        subject="Sync error",
        intent="app_problem",
    ),
]


@pytest.fixture
def filled(services: Services) -> Services:
    """Services with two resolved tickets, two articles, and the open ticket `T-9`."""
    services.articles.store(KNOWLEDGE)
    services.intake.store([*RESOLVED, open_ticket()])
    services.index.catch_up()
    return services


def open_ticket() -> Ticket:
    return ticket(
        "T-9",
        "Hello, this is Maria Lindqvist. The jacket from order LK-4821937 is too small. How do I return it, and when "
        "do I get my refund? You can reach me at maria.lindqvist@example.com.",
        subject="Jacket too small",
        intent="return_exchange",
        group="returns",
        contact={"name": "Maria Lindqvist", "email": "maria.lindqvist@example.com", "orders": ["LK-4821937"]},
    )


@pytest.fixture
def listen(services: Services) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """Give everything the bus has told about tickets so far, as `(event, message)`."""
    heard: list[tuple[str, dict[str, Any]]] = []
    services.bus.subscribe(lambda topic, payload: heard.append((payload.get("event", topic), payload)))
    return lambda: list(heard)
