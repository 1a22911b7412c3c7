"""One definition that makes a stage raise what nobody expected is a finding there; all others are published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from designer import overview, publishing
from designer.errors import NotPublishable
from runtime.cache import Cache
from runtime.database import Database
from tests.builders import a_catalog, a_table
from tests.designer.accidents import fail_checking, fail_compiling, fail_reading
from tests.designer.people import draft

BROKEN, SOUND = a_table("broken"), a_table("sound")


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_checked", Cache(16))


STAGES = [(fail_reading, "unreadable"), (fail_checking, "unchecked"), (fail_compiling, "unchecked")]


@pytest.mark.parametrize(("fail", "code"), STAGES)
def test_an_unexpected_error_is_a_finding_of_its_definition_alone(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fail: Callable[[pytest.MonkeyPatch], None],
    code: str,
) -> None:
    draft(database, *a_catalog().values(), BROKEN, SOUND)
    fail(monkeypatch)

    with database.reading() as connection:
        errors = [each for each in publishing.problems(connection, now=1) if each.severity == "error"]

    assert [(each.definition, each.code) for each in errors] == [("table/broken", code)]
    assert "RuntimeError: nobody expected this" in errors[0].message
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(("fail", "code"), STAGES)
def test_all_others_are_published(
    database: Database, monkeypatch: pytest.MonkeyPatch, fail: Callable[[pytest.MonkeyPatch], None], code: str
) -> None:
    catalog = a_catalog()
    draft(database, *catalog.values(), BROKEN, SOUND)
    fail(monkeypatch)

    with database.writing() as connection, pytest.raises(NotPublishable) as refused:
        publishing.publish(connection, author="anna", now=1)
    assert ["nobody expected this" in fault.message for fault in refused.value.faults] == [True]
    with database.writing() as connection:
        release = publishing.publish(connection, [*catalog, "table/sound"], author="anna", now=1)

    assert release
