"""Tables. Every text column holds *masked* text; originals live only in `VaultEntry`, encrypted.

Times are timezone-aware UTC. JSON columns hold plain dicts and lists whose shapes are given in the docstrings.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, DateTime, Index, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Constraint names must be known on every database, or Alembic cannot drop them later.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata = MetaData(naming_convention=NAMING)
_ACTIVE = text("active")


class UtcDateTime(TypeDecorator[datetime]):
    """Store aware UTC datetimes; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive datetimes: nobody knows what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; give it a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Give a random identifier of 32 hex digits."""
    return uuid4().hex


class User(SQLModel, table=True):
    """A person who signs in. `role` is agent, lead or admin; `groups` empty means every group."""

    __tablename__ = "user_account"
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, index=True)
    name: str
    password_hash: str
    role: str = "agent"
    groups: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    active: bool = True
    locale: str = "en"
    # Raising this ends every session and token given out before.
    session_version: int = 1
    # `issuer|subject` of who signs in elsewhere; such an account may have no password.
    oidc_subject: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Ticket(SQLModel, table=True):
    """A case. `seq` counts the events of its live stream; `version` counts changes of its messages."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_ticket_status_updated", "status", "updated_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    source: str
    external_id: str
    subject: str | None = Field(default=None, sa_type=Text)
    brand: str | None = None
    language: str | None = None
    channel: str | None = None
    status: str = "open"
    group_name: str | None = Field(default=None, index=True)
    intent: str | None = Field(default=None, index=True)
    priority: str | None = None
    csat: int | None = None
    reopened: bool = False
    # The helpdesk's id of the ticket in which this one goes on.
    merged_into: str | None = None
    seq: int = 0
    version: int = 0
    content_hash: str = ""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class Message(SQLModel, table=True):
    """One masked message. `position` is its place in the conversation, from 1."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("ticket_id", "position"),
        Index("ix_message_ticket_external", "ticket_id", "external_id", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    position: int
    external_id: str
    author: str
    internal: bool = False
    text: str = Field(sa_type=Text)
    # A chatbot's answer keeps {"sources": [Source as JSON, …], "answered": bool} here.
    extra: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class VaultEntry(SQLModel, table=True):
    """One masked value of one ticket. `fingerprint` is an HMAC of the normalised value, so that a repeat finds
    its placeholder without decrypting; `placeholder` `<CONTACT>` holds the contact as JSON."""

    __tablename__ = "vault_entry"
    __table_args__ = (
        UniqueConstraint("ticket_id", "placeholder", name="uq_vault_entry_placeholder"),
        UniqueConstraint("ticket_id", "fingerprint", name="uq_vault_entry_fingerprint"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    placeholder: str
    fingerprint: str
    ciphertext: bytes = Field(sa_type=LargeBinary)


class Article(SQLModel, table=True):
    """A knowledge article, masked like everything else."""

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("source", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    external_id: str
    title: str
    text: str = Field(sa_type=Text)
    brand: str | None = None
    language: str | None = None
    visibility: str = "public"
    status: str = "approved"
    url: str | None = None
    content_hash: str = ""
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Record(SQLModel, table=True):
    """What retrieval returns: a ticket's problem, its resolution, or a passage of an article.

    `generation` rises with every change (insert, update, tombstone), so an index catches up by asking for
    what is newer than it has. `vector` is 384 little-endian float32 values (1,536 bytes), unit length.
    `facts`: {"outcome": "resolved"|"reopened", "csat": int|null, "replies": int, "intent": str|null}.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_generation", "generation"),
        Index("ix_record_ticket", "ticket_id"),
        Index("ix_record_article", "article_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", ondelete="CASCADE")
    article_id: int | None = Field(default=None, foreign_key="article.id", ondelete="CASCADE")
    part: int = 0
    title: str = Field(default="", sa_type=Text)
    text: str = Field(sa_type=Text)
    brand: str | None = None
    language: str | None = None
    visibility: str = "internal"
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    vector: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    generation: int = 0
    deleted: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Counter(SQLModel, table=True):
    """A named number that only rises, such as the records' generation."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class Summary(SQLModel, table=True):
    """The cached case summary of a ticket as of message `upto_position`; `content` is `CaseSummary` as JSON."""

    __tablename__ = "summary"
    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id", ondelete="CASCADE")
    upto_position: int
    engine: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Triage(SQLModel, table=True):
    """What triage says about a ticket as of `ticket_version`; `content` is `TriageResult` as JSON.

    `vector`: the opening's meaning, little-endian float32, and `contact_mark`: an HMAC of the contact's address, both
    for finding duplicates among open tickets. `corrected_intent` is what an agent says the label should be.
    """

    __tablename__ = "triage"
    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id", ondelete="CASCADE")
    ticket_version: int = 0
    model_version: int = 0
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    vector: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    contact_mark: str | None = Field(default=None, index=True)
    corrected_intent: str | None = None
    corrected_by: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class TriageModel(SQLModel, table=True):
    """A classifier learned from resolved tickets, `intent` or `team`, as arrays (`assist.triage.stored`).

    In the database, so that every process uses the same one and a backup holds it. `checksum` is SHA-256 of `content`;
    `facts`: `assist.triage.intent.Learned` as a dict, "seen": how many resolved tickets had a label, and "seconds".
    """

    __tablename__ = "triage_model"
    name: str = Field(primary_key=True)
    version: int = 0
    encoder: str = ""
    checksum: str = ""
    content: bytes = Field(sa_type=LargeBinary)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    trained_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class StreamEvent(SQLModel, table=True):
    """One event of a ticket's live stream, masked, kept so that a sidebar that was away can catch up."""

    __tablename__ = "stream_event"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    seq: int
    event: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class Presence(SQLModel, table=True):
    """An open sidebar: one row per socket and ticket, refreshed by heartbeats."""

    __tablename__ = "presence"
    sid: str = Field(primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE", index=True)
    user_id: int = Field(foreign_key="user_account.id", ondelete="CASCADE")
    seen_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Suggestion(SQLModel, table=True):
    """A draft that was offered. `status`: running, done, stopped, failed, stale.

    `drafts`: [{"sentences": [Sentence as JSON, …]}, …], the first being the one shown first.
    `sources`: the numbered sources, [Source as JSON, …]. `cost` is in micro-cents (1e-6 cent).
    `policy`: the version it was made under; `notices`: what that policy had to say, [Notice as JSON, …].
    """

    __tablename__ = "suggestion"
    __table_args__ = (Index("ix_suggestion_ticket_created", "ticket_id", "created_at"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    user_id: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    trigger: str = "open"
    instruction: str | None = Field(default=None, sa_type=Text)
    status: str = "running"
    engine: str = "extractive"
    model: str = "extractive"
    prompt_version: str = ""
    ticket_version: int = 0
    abstained: bool = False
    missing: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    drafts: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    policy: str = ""
    notices: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    stale_reason: str | None = None
    error: str | None = None
    first_draft_ms: float | None = None
    total_ms: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class Feedback(SQLModel, table=True):
    """One signal about a suggestion: shown, opened, inserted, copied, edited, sent, rejected, rated, source_opened.

    `id` is chosen by the client, so a repeated delivery is stored once. `detail` holds the signal's own data,
    e.g. {"n": 2} for source_opened, {"edit_ratio": 0.12, "as_is": false} for sent.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_suggestion_signal", "suggestion_id", "signal"),)
    id: str = Field(default_factory=new_id, primary_key=True)
    suggestion_id: str = Field(foreign_key="suggestion.id", ondelete="CASCADE")
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    user_id: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    signal: str
    reason: str | None = None
    edit_ratio: float | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class Approval(SQLModel, table=True):
    """A named agent's approval of one exact text for one ticket; usable once, for ten minutes.

    `needs`: the restricted subject for which a second person must agree; until `second_user_id` has, it opens nothing.
    `sealed`: the text for that person's eyes, encrypted by the vault, gone once they decided. `characters`: its length.
    """

    __tablename__ = "approval"
    id: str = Field(default_factory=new_id, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    user_id: int = Field(foreign_key="user_account.id", ondelete="CASCADE")
    suggestion_id: str | None = None
    text_hash: str
    characters: int = 0
    needs: str | None = None
    second_user_id: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class Lockout(SQLModel, table=True):
    """Failed sign-ins of one account, or of one device at it; `key` is a hash of both, so it tells nobody's address."""

    __tablename__ = "lockout"
    key: str = Field(primary_key=True)
    failures: int = 0
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class ModelCall(SQLModel, table=True):
    """The ledger: one row for every call of an engine, with what it cost. Never any text.

    A model's row is written before its call, as `running` with the most that it may use: budgets count it from then on.
    """

    __tablename__ = "model_call"
    id: int | None = Field(default=None, primary_key=True)
    suggestion_id: str | None = Field(default=None, index=True)
    # No foreign key: what was spent stays spent when the ticket goes.
    ticket_id: int | None = Field(default=None, index=True)
    team: str | None = None
    task: str
    engine: str
    model: str
    outcome: str = "ok"
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    ms: float = 0.0
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class SentText(SQLModel, table=True):
    """A trace of what left for a model or an embedding server: `texts` is [[role, masked text], …], as it was sent."""

    __tablename__ = "sent_text"
    __table_args__ = (Index("ix_sent_text_ticket_created", "ticket_id", "created_at"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    suggestion_id: str | None = Field(default=None, index=True)
    kind: str
    task: str
    name: str
    vendor: str
    texts: list[list[str]] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)


class ImportRun(SQLModel, table=True):
    """Where an import of one file stands: everything before byte `offset` is stored."""

    __tablename__ = "import_run"
    __table_args__ = (UniqueConstraint("fingerprint"),)
    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str
    path: str
    offset: int = 0
    line: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    done: bool = False
    updated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Delivery(SQLModel, table=True):
    """A webhook or event delivery that was accepted, so that its repetition changes nothing."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("source", "delivery_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source: str
    delivery_id: str
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class InboxEvent(SQLModel, table=True):
    """A helpdesk's event that was accepted and is still to be done, or was. Accepted means: it is here.

    `state`: waiting, working (until `leased_until`), done, parked (given up; `error` says why). `content` is
    `TicketEvent` as JSON, encrypted by the vault, and empty once the event is done: nothing personal lies in clear.
    """

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("connector", "delivery_id"),
        Index("ix_inbox_event_ticket", "connector", "ticket", "state"),
        Index("ix_inbox_event_state_due", "state", "due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    connector: str
    delivery_id: str
    ticket: str
    kind: str
    content: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    state: str = "waiting"
    attempts: int = 0
    error: str | None = None
    due_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class ConnectorState(SQLModel, table=True):
    """How far polling and back-fill of one connector have come, and who polls (`leased_by`, one process at a time)."""

    __tablename__ = "connector_state"
    name: str = Field(primary_key=True)
    cursor: str | None = None
    polled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    failures: int = 0
    error: str | None = None
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    backfill_cursor: str | None = None
    backfill_done: bool = False
    backfilled: int = 0


class Outgoing(SQLModel, table=True):
    """A text that was written into a helpdesk, or tried. `state`: sending, sent, failed.

    The row is there before the helpdesk is asked. One that stays `sending` was cut off: it may have arrived, so it is
    never sent again by itself.
    """

    __tablename__ = "outgoing"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE", index=True)
    user_id: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    connector: str
    kind: str
    approval_id: str | None = None
    text_hash: str
    state: str = "sending"
    external_id: str | None = None
    error: str | None = None
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class ChatSession(SQLModel, table=True):
    """A customer's talk with the chatbot. Its turns are the messages of `ticket_id`, a ticket with status `bot`
    that no agent sees until the hand-off opens it. `token_hash` is SHA-256 of the session's bearer token."""

    __tablename__ = "chat_session"
    id: str = Field(default_factory=new_id, primary_key=True)
    token_hash: str
    ticket_id: int = Field(foreign_key="ticket.id", ondelete="CASCADE")
    status: str = "bot"
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class AuditEvent(SQLModel, table=True):
    """One row of the append-only audit. `digest` is SHA-256 over the row's fields and `previous`, the digest of the row
    before it; `detail` counts by `detail_hash` alone, so that it can be purged without breaking the chain.

    `actor`: `user:3`, `contact`, `system`, `cli`. `detail` holds ids, counts, names of models and hashes of texts,
    never a text.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_ticket", "ticket_id"), Index("ix_audit_event_action_at", "action", "at"))
    seq: int = Field(primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    actor: str
    action: str
    # No foreign key: the audit outlives the ticket.
    ticket_id: int | None = None
    # The policy that was active when the row was written.
    policy: str | None = None
    detail: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    detail_hash: str
    previous: str
    digest: str


class PolicyVersion(SQLModel, table=True):
    """A policy that was activated once; exactly one is `active`. `version` is the hash of its content, `number` counts.

    `origin`: packaged (the product's own, which follows the product until an admin activates another) or admin.
    """

    __tablename__ = "policy_version"
    __table_args__ = (
        Index("uq_policy_version_active", "active", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )
    version: str = Field(primary_key=True)
    number: int = Field(unique=True)
    source: str = Field(sa_type=Text)
    origin: str = "admin"
    active: bool = False
    activated_by: int | None = Field(default=None, foreign_key="user_account.id", ondelete="SET NULL")
    activated_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class KillSwitch(SQLModel, table=True):
    """Something that is switched off: `scope` all, team or engine; `name` which one, empty for all."""

    __tablename__ = "kill_switch"
    __table_args__ = (UniqueConstraint("scope", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    scope: str
    name: str = ""
    reason: str = Field(default="", sa_type=Text)
    set_by: str = "system"
    set_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Acceptance(SQLModel, table=True):
    """That a user accepted the acceptable-use statement of a version."""

    __tablename__ = "acceptance"
    user_id: int = Field(primary_key=True, foreign_key="user_account.id", ondelete="CASCADE")
    statement: str = Field(primary_key=True)
    accepted_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
