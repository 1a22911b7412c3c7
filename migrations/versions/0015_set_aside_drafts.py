"""Drafts that gave way to a restored version are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "set_aside_drafts",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("set_aside_at", sa.BigInteger(), nullable=False),
        sa.Column("set_aside_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "revision", name=op.f("pk_set_aside_drafts")),
    )
