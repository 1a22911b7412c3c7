"""What is compiled belongs to a version, and releases that contain the same version share it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.core.definitions import Scenario
from runtime.core.release import CompiledDefinition, ForLines, Release
from tests.builders import (
    a_calendar,
    a_callout,
    a_decision,
    a_plan,
    a_queue,
    a_scenario,
    a_specification,
    a_system,
    a_table,
    a_task,
    a_wait,
)

PLAN = CompiledDefinition(a_plan(a_callout(), a_task(), a_wait(delay="PT1H", calendar="office"), a_decision()))
TABLE = CompiledDefinition(a_table())


def a_shared_release(**changed: object) -> Release:
    """A release of the plan that all of them share, and of what it names; `changed` stands in for the usual."""
    usual = {"system": SYSTEM, "queue": QUEUE, "calendar": CALENDAR, **changed}
    return Release(1, [PLAN, TABLE, *usual.values()])  # type: ignore[list-item]


SYSTEM = CompiledDefinition(a_system())
QUEUE = CompiledDefinition(a_queue(assign='"tom"', calendar="office"))
CALENDAR = CompiledDefinition(a_calendar())


def test_releases_that_share_a_version_share_what_is_compiled_from_it() -> None:
    one, other = a_shared_release(), a_shared_release()

    assert one.plan("fibre") is other.plan("fibre")
    assert one.table("discount") is other.table("discount")
    assert one.calendar("office") is other.calendar("office")
    assert one.assigning("technicians") is other.assigning("technicians")


def test_a_plan_is_compiled_again_for_a_release_with_another_system_queue_or_calendar() -> None:
    before = a_shared_release().plan("fibre")
    system = a_shared_release(system=CompiledDefinition(a_system(description="moved"))).plan("fibre")
    queue = a_shared_release(queue=CompiledDefinition(a_queue(assign='"ann"', calendar="office"))).plan("fibre")
    calendar = a_shared_release(calendar=CompiledDefinition(a_calendar(zone="Europe/Rome"))).plan("fibre")

    assert system.items["reserve"].system.description == "moved"  # type: ignore[union-attr]
    assert queue.items["install"].assign.text == '"ann"'  # type: ignore[union-attr]
    assert calendar.items["install"].calendar.document.zone == "Europe/Rome"  # type: ignore[union-attr]
    assert calendar.items["delivered"].calendar.document.zone == "Europe/Rome"  # type: ignore[union-attr]
    assert before.items["install"].assign.text == '"tom"'  # type: ignore[union-attr]
    assert a_shared_release().plan("fibre") is before


def test_a_plan_is_kept_in_a_few_forms_only() -> None:
    plan = CompiledDefinition(a_plan(a_callout()))
    releases = [Release(n, [plan, CompiledDefinition(a_system(description=str(n)))]) for n in range(20)]
    compiled = [release.plan("fibre") for release in releases]

    assert len(plan._plans) < 10
    assert [each.items["reserve"].system.description for each in compiled] == [str(n) for n in range(20)]


ACTIONS = ("add", "modify", "delete")
scenarios = st.builds(
    lambda key, specification, category, actions: a_scenario(
        key=key, specification=specification, category=category, actions=tuple(actions)
    ),
    key=st.text("abc", min_size=1, max_size=4),
    specification=st.sampled_from([None, "fibre", "phone"]),
    category=st.sampled_from(["", "access", "voice"]),
    actions=st.lists(st.sampled_from(ACTIONS), max_size=3),
)


@given(
    st.lists(scenarios, unique_by=lambda scenario: scenario.key),
    st.sampled_from(["fibre", "phone"]),
    st.sampled_from(["", "access", "voice"]),
    st.sampled_from(ACTIONS),
)
def test_what_is_for_a_line_is_found_by_its_place_as_it_is_by_asking_each(
    given: list[Scenario], key: str, category: str, action: str
) -> None:
    found = ForLines(map(CompiledDefinition, given), lambda scenario: scenario.key)

    assert list(found.of(a_specification(key, category=category), action)) == sorted(
        each.key
        for each in given
        if each.specification in (None, key) and each.category in ("", category) and action in each.actions
    )
