"""A version is named by what it says, not by how somebody wrote it down."""

from __future__ import annotations

import json

import pytest

from runtime.core import versions
from runtime.errors import MalformedDefinition
from tests.builders import a_catalog, a_chain, a_plan, an_item

PLAN = a_chain("survey", "install")


def test_the_id_does_not_hang_on_the_order_or_spacing_of_the_json() -> None:
    loose = json.dumps(json.loads(versions.canonical(PLAN)), indent=3, sort_keys=False)
    backwards = json.dumps(dict(reversed(json.loads(loose).items())))

    assert versions.version_id(versions.decode("plan", loose)) == versions.version_id(PLAN)
    assert versions.version_id(versions.decode("plan", backwards)) == versions.version_id(PLAN)


def test_a_default_that_is_written_down_changes_nothing() -> None:
    terse = '{"key": "f", "kind": "system", "name": "F", "url": "http://f", "operations": [{"key": "a", "name": "A"}]}'
    wordy = terse.replace(
        '"name": "A"', '"name": "A", "method": "POST", "timeout": "PT10S", "retry": {"policy": "none"}'
    )

    assert versions.version_id(versions.decode("system", wordy)) == versions.version_id(
        versions.decode("system", terse)
    )


def test_any_difference_in_meaning_gives_another_id() -> None:
    others = [a_chain("install", "survey"), a_chain("survey"), a_plan(*PLAN.items), a_plan(key="other")]

    assert len({versions.version_id(plan) for plan in [PLAN, *others]}) == 5


def test_every_definition_survives_being_written_and_read() -> None:
    for name, document in a_catalog().items():
        assert versions.decode(name.split("/")[0], versions.canonical(document)) == document


def test_the_id_is_the_sha256_of_the_canonical_json() -> None:
    # Computed once by hand with `printf ... | sha256sum`.
    document = versions.decode("queue", '{"name": "Technicians", "kind": "queue", "key": "technicians"}')

    assert versions.canonical(document) == b'{"key":"technicians","kind":"queue","name":"Technicians"}'
    assert versions.version_id(document) == "7d8d3263c345a846058345c0879707e7172d7f494fe17b0f2e29fc25549d31c9"


@pytest.mark.parametrize(
    ("kind", "text", "pointer"),
    [
        ("plan", '{"key": "A b", "name": "x"}', "/key"),
        ("plan", '{"key": "a", "name": "x", "items": [{"kind": "nope", "key": "q"}]}', "/items/0/kind"),
        ("plan", '{"key": "a", "name": "x", "colour": 1}', ""),
        ("plan", '{"key": "a", "name": "x", "items": 3}', "/items"),
        ("plan", '{"key": ', ""),
        ("table", '{"key": "a", "name": "x", "rules": [{"id": "r", "inputs": [1]}]}', "/rules/0/inputs/0"),
        ("scenario", '{"kind": "plan", "key": "a", "name": "x"}', "/kind"),
        ("poem", "{}", "/kind"),
    ],
)
def test_what_is_no_definition_is_refused_with_the_place(kind: str, text: str, pointer: str) -> None:
    with pytest.raises(MalformedDefinition) as refusal:
        versions.decode(kind, text)

    assert refusal.value.faults[0].pointer == pointer


def test_data_that_is_parsed_already_is_read_just_so() -> None:
    data = json.loads(versions.canonical(a_plan(an_item("survey"))))

    assert versions.convert("plan", data) == a_plan(an_item("survey"))
