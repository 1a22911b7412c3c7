"""A form is read with the types it says, and whatever does not fit is told at its field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from runtime.core.definitions import Field
from runtime.core.forms import fill
from runtime.errors import WrongForm


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("number", "12", 12),
        ("number", "1.50", Decimal("1.50")),
        ("number", "89014103211118510720", 89014103211118510720),
        ("number", "0.1234567890123456789012345678901234", Decimal("0.1234567890123456789012345678901234")),
        ("number", 3, 3),
        ("number", "1e3", 1000),
        ("boolean", "on", True),
        ("boolean", False, False),
        ("date", "2026-03-31", {"@date": "2026-03-31"}),
        ("time", "14:30", {"@time": "14:30:00"}),
        ("date and time", "2026-03-31T14:30", {"@date and time": "2026-03-31T14:30:00"}),
        ("date and time", "2026-03-31 14:30", {"@date and time": "2026-03-31T14:30:00"}),
        ("date and time", "2026-03-31t14:30:00.5z", {"@date and time": "2026-03-31T14:30:00.5Z"}),
        ("date and time", "2026-03-31T14:30:00+02:00", {"@date and time": "2026-03-31T14:30:00+02:00"}),
        ("date and time", "2026-03-31T14:30:00@Europe/Paris", {"@date and time": "2026-03-31T14:30:00@Europe/Paris"}),
        ("days and time duration", "P1DT2H", {"@duration": "P1DT2H"}),
        ("years and months duration", "P18M", {"@duration": "P1Y6M"}),
        ("choice", "red", "red"),
        ("string", "as it is", "as it is"),
    ],
)
def test_a_value_has_the_type_of_its_field(kind: Any, written: object, read: object) -> None:
    assert fill((Field(name="it", type=kind, choices=("red", "blue")),), {"it": written}) == {"it": read}


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("number", "many"),
        ("number", True),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e999999"),
        ("number", "9" * 35),
        ("number", "0." + "1" * 35),
        ("number", "9" * 7000),
        ("number", [1]),
        ("time", "25:00"),
        ("time", "2026-03-31"),
        ("date and time", "2026-03-31"),
        ("date and time", "2026-W14-2T12:00:00Z"),
        ("days and time duration", "P1Y"),
        ("years and months duration", "P1D"),
        ("date", 20260331),
        ("boolean", "perhaps"),
        ("date", "2026-02-30"),
        ("choice", "green"),
        ("string", 7),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_its_field(kind: Any, written: object) -> None:
    with pytest.raises(WrongForm) as refusal:
        fill((Field(name="it", type=kind, choices=("red", "blue")),), {"it": written})
    assert [fault.pointer for fault in refusal.value.faults] == ["/it"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(WrongForm) as refusal:
        fill((Field(name="first", required=True), Field(name="second", type="number")), {"second": "x", "third": 1})
    assert [fault.pointer for fault in refusal.value.faults] == ["/first", "/second", "/third"]
