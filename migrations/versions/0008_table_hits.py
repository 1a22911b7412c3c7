"""How often the rows of decision tables fired."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "table_hits",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_order", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("version", "rule", "slot", name=op.f("pk_table_hits")),
        sqlite_with_rowid=False,
    )
