"""The list of definitions finds, sorts and counts, and asks the checks once for each state of everything."""

from __future__ import annotations

import pytest

from designer import drafts, filing, overview, published, publishing
from designer.checks import checking
from designer.errors import NotFiled
from designer.filing import Filing
from runtime.cache import Cache
from runtime.core.definitions import Definition
from runtime.database import Database
from tests.builders import a_catalog, a_plan, a_queue, a_task
from tests.designer.people import draft


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_checked", Cache(16))


def publish(database: Database, *documents: Definition, now: int = 1000) -> None:
    draft(database, *documents, now=now)
    with database.writing() as connection:
        publishing.publish(connection, author="anna", now=now)


def file(database: Database, kind: str, key: str, owner: str = "", *tags: str) -> Filing:
    with database.writing() as connection:
        return filing.put(connection, kind, key, Filing(owner, tags), by="anna", now=1)


def found(database: Database, **asked) -> overview.Overview:
    with database.reading() as connection:
        return overview.find(connection, now=9000, **asked)


def names(database: Database, **asked) -> list[str]:
    return [f"{each.listed.kind}/{each.listed.key}" for each in found(database, **asked).entries]


def entry(database: Database, name: str) -> overview.Entry:
    return next(e for e in found(database).entries if f"{e.listed.kind}/{e.listed.key}" == name)


def test_definitions_are_found_by_name_key_tag_owner_and_kind(database: Database):
    publish(database, *a_catalog().values())
    file(database, "queue", "technicians", "Field Service", "North")

    for asked in ({"search": "TECHN"}, {"search": "north"}, {"search": "field s"}, {"tag": "north"}):
        assert names(database, **asked) == ["queue/technicians"], asked
    assert names(database, owner="Field Service") == ["queue/technicians"]
    assert names(database, kind="system") == ["system/fulfilment"]
    assert names(database, kind="system", tag="north") == []


def test_each_mark_tells_what_is_drafted_active_or_neither(database: Database):
    publish(database, *a_catalog(a_plan(a_task())).values(), a_queue("spare"))
    draft(database, a_queue("new"), a_queue("technicians", description="changed"))
    with database.writing() as connection:
        publishing.publish(connection, [], remove=["queue/spare"], author="anna", now=2000)

    assert (entry(database, "queue/new").active, entry(database, "queue/new").listed.has_draft) == ("", True)
    assert entry(database, "queue/technicians").active == "newest"
    assert entry(database, "queue/spare").active == ""
    assert entry(database, "queue/spare").found is None, "what is in no release is not checked"
    assert names(database, only="draft") == ["queue/new", "queue/technicians"]
    assert names(database, only="inactive") == ["queue/new", "queue/spare"]


def test_an_older_active_version_is_told_apart(database: Database):
    publish(database, *a_catalog().values())
    draft(database, a_queue("technicians", description="later"))
    with database.writing() as connection:
        publishing.publish(connection, author="anna", now=2000, activate=False)

    assert entry(database, "queue/technicians").active == "older"


def test_problems_are_counted_for_each_definition_and_listed_first_when_asked(database: Database):
    publish(database, *a_catalog().values())
    draft(database, a_plan(a_task(queue="nowhere"), a_task("second", queue=""), after={"second": "install"}))

    plan = entry(database, "plan/fibre")
    assert plan.found == overview.Found(errors=2, warnings=0)
    assert names(database, only="problems") == ["plan/fibre"]
    assert names(database, sort="problems", downwards=True)[0] == "plan/fibre"
    assert found(database).broken == 1


def test_everything_is_checked_once_until_something_changes(database: Database, monkeypatch: pytest.MonkeyPatch):
    asked = []
    check = checking.check
    monkeypatch.setattr(checking, "check", lambda definitions: asked.append(1) or check(definitions))
    draft(database, *a_catalog().values())

    for _ in range(3):
        found(database)
    assert len(asked) == 1
    draft(database, a_queue("technicians", description="changed"))
    found(database)
    assert len(asked) == 2


def test_many_definitions_are_listed_before_anybody_checked_them(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(overview, "SOON", 2)
    draft(database, *a_catalog().values())

    hasty = found(database, patient=False)
    assert (hasty.checked, {each.found for each in hasty.entries}) == (False, {None})
    assert found(database, patient=True).checked
    assert found(database, patient=False).checked, "now it is known"


@pytest.mark.parametrize("sort", ["kind", "name", "owner", "problems", "changed"])
def test_sorting_loses_nothing_and_turns_round(database: Database, sort: overview.Sort):
    publish(database, *a_catalog().values())
    draft(database, a_queue("later"), now=5000)
    file(database, "system", "fulfilment", "Zoe")
    up, down = (names(database, sort=sort, downwards=way) for way in (False, True))

    assert sorted(up) == sorted(down) == sorted(names(database))
    if sort == "changed":
        assert down[0] == "queue/later"
    if sort == "owner":
        assert up[0] == "system/fulfilment"
    if sort == "name":
        assert up != sorted(up)


def test_tags_are_small_told_once_and_in_order(database: Database):
    kept = file(database, "queue", "technicians", "  Field   Service ", "North ", "north", "", "b2b  sales")

    assert kept == Filing("Field Service", ("b2b sales", "north"))
    with database.reading() as connection:
        assert filing.get(connection, "queue", "technicians") == kept


def test_what_is_filed_under_nothing_leaves_no_row(database: Database):
    file(database, "queue", "technicians", "Ada", "north")
    file(database, "queue", "technicians")

    with database.reading() as connection:
        assert filing.find(connection) == {}


@pytest.mark.parametrize(
    "filed",
    [Filing("x" * 81), Filing("", ("x" * 41,)), Filing("", tuple(f"t{n}" for n in range(21))), Filing("", ("a,b",))],
)
def test_what_nobody_could_read_is_not_filed(database: Database, filed: Filing):
    with pytest.raises(NotFiled), database.writing() as connection:
        filing.put(connection, "queue", "technicians", filed, by="anna", now=1)


def test_filing_changes_no_version(database: Database):
    publish(database, *a_catalog().values())
    file(database, "plan", "fibre", "Ada", "north")

    with database.reading() as connection:
        assert drafts.find(connection) == []
        assert [each.number for each in published.history(connection, "plan", "fibre")] == [1]
