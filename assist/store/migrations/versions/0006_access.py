"""Second persons, lockout, and accounts that sign in elsewhere.

Revision: 0006
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assist.store.models import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lockout",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lockout")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch:
        batch.add_column(sa.Column("oidc_subject", sa.String(), nullable=True))
        batch.create_unique_constraint(batch.f("uq_user_account_oidc_subject"), ["oidc_subject"])
    with op.batch_alter_table("approval", schema=None) as batch:
        batch.add_column(sa.Column("characters", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("needs", sa.String(), nullable=True))
        batch.add_column(sa.Column("second_user_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("decided_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_approval_second_user_id_user_account"),
            "user_account",
            ["second_user_id"],
            ["id"],
            ondelete="SET NULL",
        )
    with op.batch_alter_table("approval", schema=None) as batch:
        batch.alter_column("characters", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("approval", schema=None) as batch:
        batch.drop_constraint(batch.f("fk_approval_second_user_id_user_account"), type_="foreignkey")
        for column in ("sealed", "decided_at", "second_user_id", "needs", "characters"):
            batch.drop_column(column)
    with op.batch_alter_table("user_account", schema=None) as batch:
        batch.drop_constraint(batch.f("uq_user_account_oidc_subject"), type_="unique")
        batch.drop_column("oidc_subject")
    op.drop_table("lockout")
