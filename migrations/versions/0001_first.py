"""The first schema: every table, and the triggers that keep what is frozen as it is."""

import sqlalchemy as sa
from alembic import op

revision = "first_323b79d88b"
down_revision = None

TRIGGERS = {
    "sqlite": [
        """
CREATE TRIGGER frozen_versions_UPDATE BEFORE UPDATE ON versions
BEGIN SELECT RAISE(ABORT, 'versions never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_versions_DELETE BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'versions never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_versions_replace_0 BEFORE INSERT ON versions
WHEN EXISTS (SELECT 1 FROM versions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'versions never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_versions_replace_1 BEFORE INSERT ON versions
WHEN EXISTS (SELECT 1 FROM versions WHERE kind = NEW.kind AND key = NEW.key AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'versions never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_releases_UPDATE BEFORE UPDATE ON releases
BEGIN SELECT RAISE(ABORT, 'releases never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_releases_DELETE BEFORE DELETE ON releases
BEGIN SELECT RAISE(ABORT, 'releases never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_releases_replace_0 BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM releases WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'releases never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_release_changes_UPDATE BEFORE UPDATE ON release_changes
BEGIN SELECT RAISE(ABORT, 'release_changes never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_release_changes_DELETE BEFORE DELETE ON release_changes
BEGIN SELECT RAISE(ABORT, 'release_changes never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_release_changes_replace_0 BEFORE INSERT ON release_changes
WHEN EXISTS (SELECT 1 FROM release_changes WHERE release_id = NEW.release_id AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'release_changes never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_schedule_UPDATE BEFORE UPDATE ON schedule
BEGIN SELECT RAISE(ABORT, 'schedule never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_schedule_DELETE BEFORE DELETE ON schedule
BEGIN SELECT RAISE(ABORT, 'schedule never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_schedule_replace_0 BEFORE INSERT ON schedule
WHEN EXISTS (SELECT 1 FROM schedule WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'schedule never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_activations_UPDATE BEFORE UPDATE ON activations
BEGIN SELECT RAISE(ABORT, 'activations never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_activations_DELETE BEFORE DELETE ON activations
BEGIN SELECT RAISE(ABORT, 'activations never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_activations_replace_0 BEFORE INSERT ON activations
WHEN EXISTS (SELECT 1 FROM activations WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'activations never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_activations_replace_1 BEFORE INSERT ON activations
WHEN EXISTS (SELECT 1 FROM activations WHERE scheduled = NEW.scheduled)
BEGIN SELECT RAISE(ABORT, 'activations never change: there is one already'); END
""",
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
WHEN EXISTS (SELECT 1 FROM withdrawals WHERE scheduled = NEW.scheduled)
BEGIN SELECT RAISE(ABORT, 'withdrawals never change: there is one already'); END
""",
        """
CREATE TRIGGER frozen_events_UPDATE BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events never change: UPDATE refused'); END
""",
        """
CREATE TRIGGER frozen_events_DELETE BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events never change: DELETE refused'); END
""",
        """
CREATE TRIGGER frozen_events_replace_0 BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE order_id = NEW.order_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events never change: there is one already'); END
""",
        """
CREATE TRIGGER pinned_orders BEFORE UPDATE OF release_id ON orders WHEN NEW.release_id <> OLD.release_id
BEGIN SELECT RAISE(ABORT, 'an order keeps its release'); END
""",
    ],
    "postgresql": [
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_versions BEFORE UPDATE OR DELETE ON versions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_versions_truncate BEFORE TRUNCATE ON versions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE versions ENABLE ALWAYS TRIGGER frozen_versions;
ALTER TABLE versions ENABLE ALWAYS TRIGGER frozen_versions_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_releases BEFORE UPDATE OR DELETE ON releases
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_releases_truncate BEFORE TRUNCATE ON releases
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE releases ENABLE ALWAYS TRIGGER frozen_releases;
ALTER TABLE releases ENABLE ALWAYS TRIGGER frozen_releases_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_release_changes BEFORE UPDATE OR DELETE ON release_changes
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_release_changes_truncate BEFORE TRUNCATE ON release_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE release_changes ENABLE ALWAYS TRIGGER frozen_release_changes;
ALTER TABLE release_changes ENABLE ALWAYS TRIGGER frozen_release_changes_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_schedule BEFORE UPDATE OR DELETE ON schedule
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_schedule_truncate BEFORE TRUNCATE ON schedule
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE schedule ENABLE ALWAYS TRIGGER frozen_schedule;
ALTER TABLE schedule ENABLE ALWAYS TRIGGER frozen_schedule_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_activations BEFORE UPDATE OR DELETE ON activations
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_activations_truncate BEFORE TRUNCATE ON activations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE activations ENABLE ALWAYS TRIGGER frozen_activations;
ALTER TABLE activations ENABLE ALWAYS TRIGGER frozen_activations_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_withdrawals BEFORE UPDATE OR DELETE ON withdrawals
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_withdrawals_truncate BEFORE TRUNCATE ON withdrawals
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE withdrawals ENABLE ALWAYS TRIGGER frozen_withdrawals;
ALTER TABLE withdrawals ENABLE ALWAYS TRIGGER frozen_withdrawals_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_events BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_events_truncate BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER frozen_events;
ALTER TABLE events ENABLE ALWAYS TRIGGER frozen_events_truncate;
""",
        """
CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an order keeps its release'; END $$;
CREATE TRIGGER pinned_orders BEFORE UPDATE OF release_id ON orders
FOR EACH ROW WHEN (NEW.release_id <> OLD.release_id) EXECUTE FUNCTION refuse_move();
ALTER TABLE orders ENABLE ALWAYS TRIGGER pinned_orders;
""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_acts")),
    )
    op.create_index(op.f("ix_bulk_acts_state_bulk_acts_next_at"), "bulk_acts", ["state", "next_at"], unique=False)
    op.create_table(
        "bulk_entries",
        sa.Column("bulk_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fallout_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("bulk_id", "fallout_id", name=op.f("pk_bulk_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_bulk_entries_bulk_id_bulk_entries_state_bulk_entries_fallout_id"),
        "bulk_entries",
        ["bulk_id", "state", "fallout_id"],
        unique=False,
    )
    op.create_table(
        "cases",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "id", name=op.f("pk_cases")),
    )
    op.create_table(
        "counts",
        sa.Column("thing", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("thing", "state", "slot", name=op.f("pk_counts")),
    )
    op.create_table(
        "dependencies",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "source", "target", name=op.f("pk_dependencies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drafts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.String(length=64), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.Column("authors", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_drafts")),
    )
    op.create_table(
        "endpoints",
        sa.Column("system", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_endpoints")),
    )
    op.create_table(
        "events",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "seq", name=op.f("pk_events")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fallout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=80), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("resolution", sa.String(length=40), nullable=True),
        sa.Column("resolved_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fallout")),
        sa.UniqueConstraint("order_id", "seq", name=op.f("uq_fallout_order_id_seq")),
    )
    op.create_index(op.f("ix_fallout_order_id_fallout_item"), "fallout", ["order_id", "item"], unique=False)
    op.create_index(op.f("ix_fallout_state_fallout_signature"), "fallout", ["state", "signature"], unique=False)
    op.create_table(
        "filed",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_filed")),
    )
    op.create_table(
        "fragments",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fragments")),
    )
    op.create_table(
        "fulfilment_lines",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=100), nullable=False),
        sa.Column("domain", sa.String(length=10), nullable=False),
        sa.Column("specification", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "n", name=op.f("pk_fulfilment_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotent_answers",
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotent_answers")),
    )
    op.create_index(op.f("ix_idempotent_answers_at"), "idempotent_answers", ["at"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("first_order", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sa.UniqueConstraint("first_order", name=op.f("uq_installation_first_order")),
    )
    op.create_table(
        "items",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("unmet", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("reads", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(length=8), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "n", name=op.f("pk_items")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_items_failed",
        "items",
        ["order_id"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=80), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("crash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_calls",
        "jobs",
        ["system", "run_at", "id"],
        unique=False,
        sqlite_where=sa.text("outside = true"),
        postgresql_where=sa.text("outside = true"),
    )
    op.create_index(
        op.f("ix_jobs_crashes"),
        "jobs",
        ["crashes"],
        unique=False,
        sqlite_where=sa.text("crashes > 0"),
        postgresql_where=sa.text("crashes > 0"),
    )
    op.create_index(op.f("ix_jobs_order_id_jobs_item"), "jobs", ["order_id", "item"], unique=False)
    op.create_index(
        "ix_jobs_turns",
        "jobs",
        ["run_at", "id"],
        unique=False,
        sqlite_where=sa.text("outside = false"),
        postgresql_where=sa.text("outside = false"),
    )
    op.create_table(
        "layouts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_layouts")),
    )
    op.create_table(
        "lines",
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("specification", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("open_items", sa.Integer(), nullable=False),
        sa.Column("passed_ponr", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "id", name=op.f("pk_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presences",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "by", "page", name=op.f("pk_presences")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("semantics", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["base"], ["releases.id"], name=op.f("fk_releases_base")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_table(
        "set_aside_drafts",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("set_aside_at", sa.BigInteger(), nullable=False),
        sa.Column("set_aside_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "revision", name=op.f("pk_set_aside_drafts")),
    )
    op.create_table(
        "system_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("system", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_changes")),
    )
    op.create_index(
        op.f("ix_system_changes_system_system_changes_id"), "system_changes", ["system", "id"], unique=False
    )
    op.create_table(
        "system_states",
        sa.Column("system", sa.String(length=80), nullable=False),
        sa.Column("offline_since", sa.BigInteger(), nullable=True),
        sa.Column("offline_by", sa.String(length=80), nullable=True),
        sa.Column("offline_reason", sa.Text(), nullable=True),
        sa.Column("open_since", sa.BigInteger(), nullable=True),
        sa.Column("open_error", sa.Text(), nullable=True),
        sa.Column("probe_at", sa.BigInteger(), nullable=True),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
        sa.Column("calls_at_once", sa.Integer(), nullable=True),
        sa.Column("pace", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_system_states")),
    )
    op.create_table(
        "table_hits",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_order", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("version", "rule", "slot", name=op.f("pk_table_hits")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), server_default="work", nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("assignee", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_assignee_tasks_state"), "tasks", ["assignee", "state"], unique=False)
    op.create_index(op.f("ix_tasks_order_id_tasks_item"), "tasks", ["order_id", "item"], unique=False)
    op.create_index(op.f("ix_tasks_queue_tasks_state"), "tasks", ["queue", "state"], unique=False)
    op.create_index(op.f("ix_tasks_role_tasks_state_tasks_id"), "tasks", ["role", "state", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("kind", "key", "number", name=op.f("uq_versions_kind_key_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("open_items", sa.Integer(), nullable=False),
        sa.Column("failed_items", sa.Integer(), nullable=False),
        sa.Column("open_fallout", sa.Integer(), server_default="0", nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("rejection", sa.Text(), nullable=True),
        sa.Column("replaces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_orders_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_orders_rejected_external_id",
        "orders",
        ["external_id"],
        unique=False,
        sqlite_where=sa.text("rejection IS NOT NULL"),
        postgresql_where=sa.text("rejection IS NOT NULL"),
    )
    op.create_index(op.f("ix_orders_release_id"), "orders", ["release_id"], unique=False)
    op.create_index(op.f("ix_orders_state_orders_id"), "orders", ["state", "id"], unique=False)
    op.create_index(
        "uq_orders_external_id",
        "orders",
        ["external_id"],
        unique=True,
        sqlite_where=sa.text("rejection IS NULL"),
        postgresql_where=sa.text("rejection IS NULL"),
    )
    op.create_index(
        "uq_orders_replaces",
        "orders",
        ["replaces"],
        unique=True,
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_proposals_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_state"), "proposals", ["state"], unique=False)
    op.create_table(
        "release_changes",
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=121), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_changes_release_id")),
        sa.PrimaryKeyConstraint("release_id", "name", name=op.f("pk_release_changes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_release_changes_name_release_changes_release_id"),
        "release_changes",
        ["name", "release_id"],
        unique=False,
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_schedule_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)
    op.create_table(
        "activations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("scheduled", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_activations_release_id")),
        sa.ForeignKeyConstraint(["scheduled"], ["schedule.id"], name=op.f("fk_activations_scheduled")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activations")),
        sa.UniqueConstraint("scheduled", name=op.f("uq_activations_scheduled")),
    )
    op.create_table(
        "withdrawals",
        sa.Column(
            "scheduled", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["scheduled"], ["schedule.id"], name=op.f("fk_withdrawals_scheduled")),
        sa.PrimaryKeyConstraint("scheduled", name=op.f("pk_withdrawals")),
    )
    connection = op.get_bind()
    for ddl in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(ddl.replace("%", "%%"))
