"""The tables the runtime keeps: versions and releases that never change, events, and projections of them.

Moments are integers: milliseconds since 1970 in UTC. Documents are JSON text, written and read by msgspec.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is exactly INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")
Moment = BigInteger

# --- what is frozen -----------------------------------------------------------------------------------

versions = Table(
    "versions",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the canonical JSON (RFC 8785)
    Column("kind", String(40), nullable=False),
    Column("key", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("author", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("kind", "key", "number"),
    sqlite_with_rowid=False,  # a rowid would be one more key by which a row could be replaced
)

releases = Table(
    "releases",
    metadata,
    Column("id", Number, primary_key=True),
    Column("base", ForeignKey("releases.id")),  # the release that it changes; without one it changes nothing there was
    Column("digest", String(64), nullable=False),  # SHA-256 over all that it contains, and the semantics
    Column("semantics", Integer, nullable=False),  # the revision of the rules under which its definitions are run
    Column("size", Integer, nullable=False),  # how many definitions it contains
    Column("note", Text, nullable=False, server_default=""),
    Column("author", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
)

# What a release contains, as the difference to its base: most change a few of thousands of definitions.
release_changes = Table(
    "release_changes",
    metadata,
    Column("release_id", Number, ForeignKey("releases.id"), nullable=False),
    Column("name", String(121), nullable=False),  # "kind/key"
    Column("version", String(64)),  # NULL: it is left out
    PrimaryKeyConstraint("release_id", "name"),
    Index(None, "name", "release_id"),
    sqlite_with_rowid=False,
)

# What is to become active, and when.
schedule = Table(
    "schedule",
    metadata,
    Column("id", Number, primary_key=True),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String(80), nullable=False),
)

# What became active, in this order: the newest row is the active release, whatever the clocks say. A scheduled
# activation gets its row with the first order or publication that finds its moment reached.
activations = Table(
    "activations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String(80), nullable=False),
    Column("scheduled", Number, ForeignKey("schedule.id"), unique=True),
)

# What was scheduled and does not happen any more.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("scheduled", Number, ForeignKey("schedule.id"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("author", String(80), nullable=False),
    Column("reason", Text, nullable=False),
)

# --- orders -------------------------------------------------------------------------------------------

orders = Table(
    "orders",
    metadata,
    Column("id", Number, primary_key=True),
    Column("external_id", String(200)),
    Column("release_id", ForeignKey("releases.id"), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("seq", Integer, nullable=False),  # the number of its newest event
    Column("changed_at", Moment, nullable=False),  # and its moment: a journal never goes back in time
    Column("open_items", Integer, nullable=False),
    Column("failed_items", Integer, nullable=False),
    Column("open_fallout", Integer, nullable=False, server_default="0"),  # records not resolved
    Column("document", Text, nullable=False),  # runtime.core.orders.Order
    Column("request", Text, nullable=False),  # as the caller wrote it
    Column("submitted_by", String(80), nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("ended_at", Moment),
    Column("rejection", Text),  # the reason, where the order was rejected, or cancelled before it had a plan
    Column("replaces", Number),  # the order that it corrects, which was rejected or cancelled
    Index(None, "state", "id"),
    # An order that was rejected or cancelled no longer holds its external id. What says so is a column that no turn
    # writes: then no turn has to look after the index.
    Index(
        "uq_orders_external_id",
        "external_id",
        unique=True,
        sqlite_where=text("rejection IS NULL"),
        postgresql_where=text("rejection IS NULL"),
    ),
    Index(
        "ix_orders_rejected_external_id",
        "external_id",
        sqlite_where=text("rejection IS NOT NULL"),
        postgresql_where=text("rejection IS NOT NULL"),
    ),
    Index(
        "uq_orders_replaces",
        "replaces",
        unique=True,
        sqlite_where=text("replaces IS NOT NULL"),
        postgresql_where=text("replaces IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # SQLite gives the highest number again once its row is gone; this one is in keys
)

lines = Table(
    "lines",
    metadata,
    Column("order_id", Number, nullable=False),
    Column("id", String(100), nullable=False),
    Column("position", Integer, nullable=False),
    Column("specification", String(80), nullable=False),
    Column("action", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("open_items", Integer, nullable=False),
    Column("passed_ponr", Boolean, nullable=False),
    Column("ended_at", Moment),
    PrimaryKeyConstraint("order_id", "id"),
    sqlite_with_rowid=False,
)

fulfilment_lines = Table(
    "fulfilment_lines",
    metadata,
    Column("order_id", Number, nullable=False),
    Column("n", Integer, nullable=False),
    Column("line_id", String(100), nullable=False),
    Column("domain", String(10), nullable=False),
    Column("specification", String(80), nullable=False),
    Column("document", Text, nullable=False),  # runtime.core.orders.FulfilmentLine
    PrimaryKeyConstraint("order_id", "n"),
    sqlite_with_rowid=False,
)

items = Table(
    "items",
    metadata,
    Column("order_id", Number, nullable=False),
    Column("n", Integer, nullable=False),
    Column("plan", String(80), nullable=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("unmet", Integer, nullable=False),  # dependencies whose source has not ended
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),  # attempts that count by the retry policy, since it began
    Column("lines", Text, nullable=False),  # ids of the order lines it counts for
    Column("own", Integer, nullable=False),  # how many of these, from the first, it stands for
    Column("targets", Text, nullable=False),  # numbers of the fulfilment lines it works for
    Column("reads", Text, nullable=False),  # numbers of the items whose results it looks at, by key
    Column("group", Text, nullable=False),  # the value of its grouping key, for people
    Column("run", Integer, nullable=False),  # attempts of one run are one request to the system
    Column("effect", String(8), nullable=False),  # of the run, outside: none, open, unknown, done
    Column("result", Text),
    Column("error", Text),
    Column("request", Text),  # what a person has sent in place of what the definition gives
    Column("by", String(80)),  # who ended it, where it was a person
    Column("started_at", Moment),
    Column("ended_at", Moment),
    PrimaryKeyConstraint("order_id", "n"),
    Index(
        "ix_items_failed",
        "order_id",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
    ),
    sqlite_with_rowid=False,
)

dependencies = Table(
    "dependencies",
    metadata,
    Column("order_id", Number, nullable=False),
    Column("source", Integer, nullable=False),
    Column("target", Integer, nullable=False),
    PrimaryKeyConstraint("order_id", "source", "target"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("order_id", Number, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("type", String(30), nullable=False),
    Column("item", Integer),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("order_id", "seq"),
    sqlite_with_rowid=False,
)

# --- work ---------------------------------------------------------------------------------------------

# Everything that shall happen by itself: outbox and timers in one. What waits without a timer has no row.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("outside", Boolean, nullable=False),  # it talks to a system, or takes long: done between turns, not in one
    Column("order_id", Number, nullable=False),
    Column("item", Integer),
    Column("attempt", Integer, nullable=False),
    Column("system", String(80)),
    Column("payload", Text),  # what a callout or push sends, the same at every attempt
    Column("run_at", Moment, nullable=False),
    Column("lease", String(32)),  # whose it is until leased_until; a late worker is fenced off by it
    Column("leased_until", Moment),
    Column("crashes", Integer, nullable=False),  # turns it has made fail
    Column("crash", Text),  # where and how it made the last one fail
    Index(None, "crashes", sqlite_where=text("crashes > 0"), postgresql_where=text("crashes > 0")),
    # Calls are taken system by system, so that none waits behind those of another.
    Index(
        "ix_jobs_calls",
        "system",
        "run_at",
        "id",
        sqlite_where=text("outside = true"),
        postgresql_where=text("outside = true"),
    ),
    Index(
        "ix_jobs_turns", "run_at", "id", sqlite_where=text("outside = false"), postgresql_where=text("outside = false")
    ),
    Index(None, "order_id", "item"),
    sqlite_autoincrement=True,  # see `orders`: a late worker deletes the job it did, not whoever got its number
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order_id", Number, nullable=False),
    Column("item", Integer, nullable=False),  # below 0: a question or an approval, which come before the plan
    Column("kind", String(12), nullable=False, server_default="work"),  # work, question, approval
    Column("queue", String(80), nullable=False),
    Column("role", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(12), nullable=False),
    Column("assignee", String(80)),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("ended_at", Moment),
    Index(None, "order_id", "item"),
    Index(None, "queue", "state"),
    Index(None, "assignee", "state"),
    Index(None, "role", "state", "id"),
)

# What could not go on by itself, and what became of it. A record is opened by one event of its order, whose number it
# keeps; its further events name it by that number.
fallout = Table(
    "fallout",
    metadata,
    Column("id", Number, primary_key=True),
    Column("order_id", Number, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("item", Integer),  # None: the order itself
    Column("about", String(20), nullable=False),  # runtime.core.fallout.ABOUT
    Column("plan", String(80), nullable=False),
    Column("key", String(64), nullable=False),  # of the item in its plan
    Column("system", String(80), nullable=False),
    Column("operation", String(64), nullable=False),
    Column("cause", String(40), nullable=False),  # runtime.core.fallout.CAUSES
    Column("code", String(80), nullable=False),
    Column("signature", String(200), nullable=False),
    Column("error", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("owner", String(80)),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("resolution", String(40)),  # the type of the event that resolved it
    Column("resolved_by", String(80)),
    Column("reason", Text),
    UniqueConstraint("order_id", "seq"),
    Index(None, "state", "signature"),
    Index(None, "order_id", "item"),
)

# An act on many fallout records, worked off in the background.
bulk_acts = Table(
    "bulk_acts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("act", String(12), nullable=False),  # retry, skip
    Column("filter", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("pace", Integer, nullable=False),  # records a minute
    Column("threshold", Integer, nullable=False),  # it stops by itself after so many failures
    Column("state", String(12), nullable=False),
    Column("by", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ending", Text),  # why it stopped
    Index(None, "state", "next_at"),
)

bulk_entries = Table(
    "bulk_entries",
    metadata,
    Column("bulk_id", Number, nullable=False),
    Column("fallout_id", Number, nullable=False),
    Column("order_id", Number, nullable=False),
    Column("item", Integer),
    Column("state", String(12), nullable=False),  # waiting, done, refused
    Column("message", Text, nullable=False),
    Column("at", Moment),
    PrimaryKeyConstraint("bulk_id", "fallout_id"),
    Index(None, "bulk_id", "state", "fallout_id"),
    sqlite_with_rowid=False,
)

# How many things are in each state; a slot per worker, so that workers never wait for one another's counts.
counts = Table(
    "counts",
    metadata,
    Column("thing", String(12), nullable=False),
    Column("state", String(20), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("thing", "state", "slot"),
)

# How often a row of a decision table fired, when last and for which order; the rule "" counts every decision. It goes
# by version: the same row of two versions may say different things. A slot per worker, as for `counts`.
table_hits = Table(
    "table_hits",
    metadata,
    Column("version", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("last_order", Number, nullable=False),
    PrimaryKeyConstraint("version", "rule", "slot"),
    sqlite_with_rowid=False,
)

# Where a system is reached in this installation; a definition only has a default.
endpoints = Table(
    "endpoints",
    metadata,
    Column("system", String(80), primary_key=True),
    Column("url", String(500), nullable=False),
)

# What keeps calls to a system from being made. Somebody took it offline, or it gave no answer too often (its breaker is
# open): then one call at `probe_at` tries whether it is back. Calls that waited go out at a pace after `back_at`. The
# system "*" stands for all of them.
system_states = Table(
    "system_states",
    metadata,
    Column("system", String(80), primary_key=True),
    Column("offline_since", Moment),
    Column("offline_by", String(80)),
    Column("offline_reason", Text),
    Column("open_since", Moment),
    Column("open_error", Text),
    Column("probe_at", Moment),
    Column("back_at", Moment),
    Column("calls_at_once", Integer),  # NULL: as many as a worker has threads
    Column("pace", Integer),  # calls a second while those that waited go out; NULL: PACE
)

# What became of systems: taken offline, back online, breaker opened, breaker closed, settings changed.
system_changes = Table(
    "system_changes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("system", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("change", String(20), nullable=False),
    Column("by", String(80), nullable=False),  # empty: by itself
    Column("reason", Text, nullable=False),
    Index(None, "system", "id"),
)

# Which installation this is: an id counts from an order number on, see runtime/installation.py.
installation = Table(
    "installation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False),  # secret, hexadecimal; callback tokens are derived from it
    Column("first_order", Number, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
)

# --- frozenness ---------------------------------------------------------------------------------------

# What never changes, and the keys by which SQLite's REPLACE could put another row in its place: REPLACE
# removes the old row without asking the DELETE triggers, so the insertion itself must be refused.
FROZEN: dict[str, tuple[str, ...]] = {
    "versions": ("id = NEW.id", "kind = NEW.kind AND key = NEW.key AND number = NEW.number"),
    "releases": ("id = NEW.id",),
    "release_changes": ("release_id = NEW.release_id AND name = NEW.name",),
    "schedule": ("id = NEW.id",),
    "activations": ("id = NEW.id", "scheduled = NEW.scheduled"),
    "withdrawals": ("scheduled = NEW.scheduled",),
    "events": ("order_id = NEW.order_id AND seq = NEW.seq",),
}

SQLITE_FREEZE = """
CREATE TRIGGER frozen_{table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} never change: {verb} refused'); END
"""

SQLITE_FREEZE_REPLACE = """
CREATE TRIGGER frozen_{table}_replace_{n} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, '{table} never change: there is one already'); END
"""

SQLITE_PIN = """
CREATE TRIGGER pinned_orders BEFORE UPDATE OF release_id ON orders WHEN NEW.release_id <> OLD.release_id
BEGIN SELECT RAISE(ABORT, 'an order keeps its release'); END
"""

# ALWAYS: also for a session that says it is a replica and so has no triggers.
POSTGRESQL_FREEZE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never change: % refused', TG_TABLE_NAME, TG_OP; END $$;
CREATE TRIGGER frozen_{table} BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_{table}_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER frozen_{table};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER frozen_{table}_truncate;
"""

POSTGRESQL_PIN = """
CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an order keeps its release'; END $$;
CREATE TRIGGER pinned_orders BEFORE UPDATE OF release_id ON orders
FOR EACH ROW WHEN (NEW.release_id <> OLD.release_id) EXECUTE FUNCTION refuse_move();
ALTER TABLE orders ENABLE ALWAYS TRIGGER pinned_orders;
"""


def triggers(dialect: str) -> list[tuple[str, str]]:
    """Pairs of a table and the DDL that makes it refuse what it must, for "sqlite" or "postgresql"."""
    if dialect == "postgresql":
        freeze = [(table, POSTGRESQL_FREEZE.format(table=table)) for table in FROZEN]
        return [*freeze, ("orders", POSTGRESQL_PIN)]
    freeze = []
    for table, keys in FROZEN.items():
        freeze += [(table, SQLITE_FREEZE.format(table=table, verb=verb)) for verb in ("UPDATE", "DELETE")]
        freeze += [(table, SQLITE_FREEZE_REPLACE.format(table=table, n=n, same=same)) for n, same in enumerate(keys)]
    return [*freeze, ("orders", SQLITE_PIN)]


for _dialect in ("sqlite", "postgresql"):
    for _table, _ddl in triggers(_dialect):
        _statement = DDL(_ddl.replace("%", "%%"))  # DDL() formats with %
        event.listen(metadata.tables[_table], "after_create", _statement.execute_if(dialect=_dialect))
