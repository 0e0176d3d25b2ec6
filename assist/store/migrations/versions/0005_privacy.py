"""Traces of what left for models and embedding servers.

Revision: 0005
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assist.store.models import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_sent_text_ticket_id_ticket"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_text")),
    )
    with op.batch_alter_table("sent_text") as batch:
        batch.create_index("ix_sent_text_ticket_created", ["ticket_id", "created_at"])
        batch.create_index(batch.f("ix_sent_text_suggestion_id"), ["suggestion_id"])
        batch.create_index(batch.f("ix_sent_text_created_at"), ["created_at"])


def downgrade() -> None:
    op.drop_table("sent_text")
