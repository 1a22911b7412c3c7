"""What is wrong with a decomposition."""

from __future__ import annotations

from collections.abc import Iterator

from designer.checks.everything import Everything
from designer.checks.expressions import compiled, pointer
from designer.checks.problems import Finding, unknown
from runtime.core.definitions import Decomposition, Target
from runtime.core.release import PLAIN_KEYS

LEVELS = ("product", "service", "resource")


def check_decomposition(all_: Everything, decomposition: Decomposition) -> Iterator[Finding]:
    """What something is made of."""
    source = all_.specifications.get(decomposition.source)
    if not decomposition.source:
        message = "the decomposition takes nothing apart; choose the specification it is for"
        yield Finding("/source", "source-without-specification", message)
    if not decomposition.targets:
        yield Finding("/targets", "empty-decomposition", "the decomposition makes nothing; add a target")
    for n, target in enumerate(decomposition.targets):
        at = pointer("targets", n)
        made = all_.specifications.get(target.specification)
        if not target.specification:
            message = "this target is nothing; choose its specification"
            yield Finding(f"{at}/specification", "target-without-specification", message)
        elif made is not None:
            known = {attribute.name for attribute in made.attributes}
            for name in target.attributes:
                if known and name not in known:
                    yield unknown("attribute", f"{at}/attributes{pointer(name)}", name, known)
            for attribute in made.attributes:
                if attribute.required and attribute.name not in target.attributes:
                    message = f"specification {made.key!r} requires {attribute.name!r}, which nothing gives; map it"
                    yield Finding(f"{at}/attributes", "missing-attribute", message)
            if source is not None and LEVELS.index(made.domain) < LEVELS.index(source.domain):
                message = (
                    f"{source.domain} {source.key} is made of {made.domain} {made.key}; products are made of "
                    "services, and services of resources"
                )
                yield Finding(f"{at}/specification", "decomposition-upwards", message)
        yield from _check_merging(target, at)
    yield from _check_names(decomposition)
    for loop in all_.loops_of_parts:
        if decomposition.source in loop:
            ring = " -> ".join([*loop, loop[0]])
            message = f"these are made of each other without end: {ring}; remove one of the targets"
            yield Finding("/targets", "decomposition-loop", message)


def _check_names(decomposition: Decomposition) -> Iterator[Finding]:
    """Whether targets can be told apart, in orders that change while they are fulfilled."""
    known: set[str] = set()
    for n, target in enumerate(decomposition.targets):
        if target.name and target.name in known:
            message = f"two targets are called {target.name!r}; give each its own key"
            yield Finding(pointer("targets", n, "key"), "duplicate-target", message)
        known.add(target.name)


def _check_merging(target: Target, at: str) -> Iterator[Finding]:
    """Whether it is said what a domain order is that is made of several, which need not agree."""
    if target.per == "line":
        return
    alike = frozenset[tuple[str, ...]]() if target.per in PLAIN_KEYS else compiled(target.per, None)[0]
    advice = "an order whose sources differ there is refused: write an expression over `sources`"
    if not target.quantity:
        message = f"this may be made of several, and has the quantity that they agree on; {advice}"
        yield Finding(f"{at}/quantity", "merged-source", message)
    texts = {"/quantity": target.quantity, **{"/attributes" + pointer(n): t for n, t in target.attributes.items()}}
    for where, text in texts.items():
        for path in sorted(compiled(text, None)[0] - alike):
            if path[0] in ("source", "line") and len(path) > 1:
                message = f"this may be made of several, and `{'.'.join(path)}` is what they agree on; {advice}"
                yield Finding(at + where, "merged-source", message)
                break
