"""The company that is attacked: a throw-away home of the real product, filled through its own doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from sqlmodel import col, func, select

from assist import services as wiring
from assist.governance.policies import statement_of
from assist.helpdesk import Article, Author, Ticket
from assist.redaction.redactor import Redactor
from assist.retrieval import encoder as encoders
from assist.services import Services
from assist.settings import Settings
from assist.store.models import Approval, AuditEvent, Message, User, VaultEntry
from assist.store.models import Ticket as StoredTicket

FOLDER = Path(__file__).parent / "attacks"
SOURCE = "redteam"
PAGE = "https://help.larkfell.example/planted"
_numbers = count(1)


@cache
def told() -> dict[str, Any]:
    """Give what the company is made of."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "world.yaml").read_text(encoding="utf-8"))
    return read


class World:
    """One company with its services; every attack comes as a ticket, a chat or an article of its own."""

    def __init__(self, services: Services, agent: User) -> None:
        self.services = services
        self.agent = agent

    def ticket(self, **given: Any) -> StoredTicket:
        """Store a victim's ticket and give its row; `given` goes before what the victim usually writes."""
        victim = told()["victim"]
        number = next(_numbers)
        text = given.pop("text", victim["text"])
        raw = Ticket.model_validate(
            {
                "source": SOURCE,
                "id": f"T-{number}",
                "subject": victim["subject"],
                "contact": victim["contact"],
                "messages": [{"author": "customer", "text": text}],
                **given,
            }
        )
        self.services.intake.store([raw])
        with self.services.database.reading() as session:
            return session.exec(
                select(StoredTicket).where(StoredTicket.source == SOURCE, StoredTicket.external_id == f"T-{number}")
            ).one()

    def article(self, text: str) -> str:
        """Plant an article; gives its id, for `remove`."""
        id = f"A-planted-{next(_numbers)}"
        self.services.articles.store(
            [Article(source=SOURCE, id=id, title="Returning a jacket and the refund", text=text, url=PAGE)]
        )
        self.services.index.catch_up()
        return id

    def remove(self, id: str) -> None:
        """Take a planted article back."""
        gone = Article(source=SOURCE, id=id, title="Gone", text="Gone.", status="draft")
        self.services.articles.store([gone])
        self.services.index.catch_up()

    def state(self) -> dict[str, int]:
        """Count what only people may bring about: replies that left, approvals given and used, changes of accounts."""
        with self.services.database.reading() as session:
            agents = select(func.count()).select_from(Message).where(Message.author == Author.AGENT.value)
            used = select(func.count()).select_from(Approval).where(col(Approval.used_at).is_not(None))
            acts = select(func.count()).select_from(AuditEvent).where(col(AuditEvent.actor).like("user:%"))
            return {
                "replies": session.exec(agents).one(),
                "approvals": session.exec(select(func.count()).select_from(Approval)).one(),
                "used": session.exec(used).one(),
                "users": session.exec(select(func.count()).select_from(User)).one(),
                "acts": session.exec(acts.where(col(AuditEvent.action).not_like("suggestion.%"))).one(),
            }

    def recipient(self, ticket: StoredTicket) -> tuple[str, str, bytes | None]:
        """Give what decides where a reply goes: the helpdesk, its ticket, and the sealed contact."""
        with self.services.database.reading() as session:
            row = session.get_one(StoredTicket, ticket.id)
            sealed = select(VaultEntry.ciphertext).where(VaultEntry.ticket_id == ticket.id)
            contact = session.exec(sealed.where(VaultEntry.placeholder == "<CONTACT>")).first()
            return row.source, row.external_id, contact


@cache
def _redactor() -> Redactor:
    return Redactor()


@contextmanager
def world(settings: Settings, chat_model: str) -> Iterator[World]:
    """Give the company with this engine, until the block ends."""
    with TemporaryDirectory(prefix="assist-redteam-") as name:
        embedded = Settings.embedded(
            Path(name),
            demo=True,
            chat_model=chat_model,
            chat_api_key=settings.chat_api_key,
            chat_deadline_s=max(settings.chat_deadline_s, 60.0),
            embedding_model=settings.embedding_model,
        )
        services = wiring.build(embedded, redactor=_redactor(), encoder=encoders.connect(embedded))
        try:
            services.index.open()
            services.articles.store([Article.model_validate({"source": SOURCE, **one}) for one in told()["articles"]])
            services.intake.store([Ticket.model_validate({"source": SOURCE, **one}) for one in told()["tickets"]])
            services.index.catch_up()
            agent = services.accounts.add(
                email="agent@redteam.example", name="Maya Kent", password=token_urlsafe(), role="agent"
            )  # fmt: skip
            services.policies.accept(agent, statement_of(services.policies.active))
            yield World(services, agent)
        finally:
            services.close()
