"""Activations that are withdrawn, publications that wait for approval, and who wrote a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0006"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TRIGGERS = {
    "sqlite": (
        """
CREATE TRIGGER frozen_withdrawals_UPDATE BEFORE UPDATE ON withdrawals
BEGIN SELECT RAISE(ABORT, 'withdrawals never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_withdrawals_DELETE BEFORE DELETE ON withdrawals
BEGIN SELECT RAISE(ABORT, 'withdrawals never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_withdrawals_replace_0 BEFORE INSERT ON withdrawals
WHEN EXISTS (SELECT 1 FROM withdrawals WHERE activation_id = NEW.activation_id)
BEGIN SELECT RAISE(ABORT, 'withdrawals never change: there is one already'); END
""",
    ),
    "postgresql": (
        """
CREATE TRIGGER frozen_withdrawals BEFORE UPDATE OR DELETE ON withdrawals
FOR EACH ROW EXECUTE FUNCTION refuse_change()
""",
        """
CREATE TRIGGER frozen_withdrawals_truncate BEFORE TRUNCATE ON withdrawals
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
        "ALTER TABLE withdrawals ENABLE ALWAYS TRIGGER frozen_withdrawals",
        "ALTER TABLE withdrawals ENABLE ALWAYS TRIGGER frozen_withdrawals_truncate",
    ),
}


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("activation_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activations.id"], name=op.f("fk_withdrawals_activation_id")),
        sa.PrimaryKeyConstraint("activation_id", name=op.f("pk_withdrawals")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("release_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_proposals_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_state"), "proposals", ["state"])
    op.add_column("drafts", sa.Column("authors", sa.Text(), nullable=False, server_default="[]"))
    # Of drafts that are open now, at least who saved them last is known.
    op.execute("UPDATE drafts SET authors = '[\"' || updated_by || '\"]' WHERE document IS NOT NULL")
    for ddl in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(ddl)
