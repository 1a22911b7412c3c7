"""Orders may be rejected and corrected, and tasks may be questions and approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PIN = """
CREATE TRIGGER pinned_orders BEFORE UPDATE OF release_id ON orders WHEN NEW.release_id <> OLD.release_id
BEGIN SELECT RAISE(ABORT, 'an order keeps its release'); END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        make_orders_anew()
    else:
        op.drop_constraint("uq_orders_external_id", "orders")
        op.add_column("orders", sa.Column("rejection", sa.Text()))
        op.add_column("orders", sa.Column("replaces", NUMBER))
    for name, column, where, unique in (
        ("uq_orders_external_id", "external_id", "rejection IS NULL", True),
        ("ix_orders_rejected_external_id", "external_id", "rejection IS NOT NULL", False),
        ("uq_orders_replaces", "replaces", "replaces IS NOT NULL", True),
    ):
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
        op.create_index(op.f(name), "orders", [column], unique=unique, **only)
    op.add_column("tasks", sa.Column("kind", sa.String(12), nullable=False, server_default="work"))


def make_orders_anew() -> None:
    """SQLite cannot drop a constraint. The highest number ever given must not be forgotten with the old table."""
    bind = op.get_bind()
    highest = bind.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'orders'").scalar()
    op.create_table(
        "orders_anew",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("release_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("open_items", sa.Integer(), nullable=False),
        sa.Column("failed_items", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.String(80), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("rejection", sa.Text()),
        sa.Column("replaces", NUMBER),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_orders_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sqlite_autoincrement=True,
    )
    bind.exec_driver_sql("INSERT INTO orders_anew SELECT *, NULL, NULL FROM orders")
    op.drop_table("orders")
    op.rename_table("orders_anew", "orders")
    if highest is not None:
        bind.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name IN ('orders', 'orders_anew')")
        bind.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', ?)", (highest,))
    op.create_index(op.f("ix_orders_release_id"), "orders", ["release_id"])
    op.create_index(op.f("ix_orders_state_orders_id"), "orders", ["state", "id"])
    bind.exec_driver_sql(PIN)
