"""Policies, kill switches, acceptances; the policy's version on what is made and done under it.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assist.store.models import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("activated_by", sa.Integer(), nullable=True),
        sa.Column("activated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activated_by"],
            ["user_account.id"],
            name=op.f("fk_policy_version_activated_by_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("number", name=op.f("uq_policy_version_number")),
    )
    active = sa.text("active")
    op.create_index(
        "uq_policy_version_active",
        "policy_version",
        ["active"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "kill_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kill_switch")),
        sa.UniqueConstraint("scope", "name", name=op.f("uq_kill_switch_scope")),
    )
    op.create_table(
        "acceptance",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_acceptance_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "statement", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("suggestion") as batch:
        batch.add_column(sa.Column("policy", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("notices", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("suggestion") as batch:
        batch.alter_column("policy", server_default=None)
        batch.alter_column("notices", server_default=None)
    with op.batch_alter_table("audit_event") as batch:
        batch.add_column(sa.Column("policy", sa.String(), nullable=True))
    with op.batch_alter_table("model_call") as batch:
        batch.add_column(sa.Column("ticket_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("team", sa.String(), nullable=True))
        batch.create_index("ix_model_call_ticket_id", ["ticket_id"])


def downgrade() -> None:
    with op.batch_alter_table("model_call") as batch:
        batch.drop_index("ix_model_call_ticket_id")
        batch.drop_column("team")
        batch.drop_column("ticket_id")
    with op.batch_alter_table("audit_event") as batch:
        batch.drop_column("policy")
    with op.batch_alter_table("suggestion") as batch:
        batch.drop_column("notices")
        batch.drop_column("policy")
    op.drop_table("acceptance")
    op.drop_table("kill_switch")
    op.drop_index("uq_policy_version_active", table_name="policy_version")
    op.drop_table("policy_version")
