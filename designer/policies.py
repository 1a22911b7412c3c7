"""All policies as one table: what each is for, and which of them want an order approved (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from designer import examples, line_rules
from designer.checks.everything import Everything
from designer.line_rules import Row
from runtime.core.admission import approvals
from runtime.core.definitions import Definition
from runtime.core.evaluation import Evaluation
from runtime.core.orders import Order
from runtime.core.release import Release


def table(definitions: Mapping[str, Definition]) -> list[Row]:
    """Every policy, sorted by what it is for."""
    everything = Everything(definitions)
    return [
        Row(rule=each, meant=tuple(everything.meant_by([each])), idle=line_rules.idle(everything, each))
        for each in sorted(everything.policies.values(), key=line_rules.place)
    ]


def applying(definitions: Mapping[str, Definition], order: Order, evaluation: Evaluation) -> dict[str, tuple[str, ...]]:
    """The keys of the policies that want the order approved, and the ids of the lines for which they do, once
    enrichments have told its lines what they can without asking anybody. What cannot be read applies to nothing. Raises
    OrderRefused where a condition is neither true nor false for a line."""
    everything = Everything(definitions)
    readable = [each for each in everything.policies.values() if not line_rules.fault(each)]
    release = Release(0, (*everything.specifications.values(), *readable))
    order = examples.enriched_by(order, everything, evaluation)
    return {each.policy: each.lines for each in approvals(order, release, evaluation)}
