"""What a decomposition being written makes of one order, and at which of its expressions that goes wrong (pure).

The order is taken apart by the code that takes real ones apart. What cannot be compiled yet is left out before, so
that half a decomposition already shows what it does; the checks say what is wrong with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, structs

from designer.checks.everything import Everything
from designer.checks.expressions import compiled, pointer
from designer.previews import NoPreview
from runtime.core import catalog, decomposition
from runtime.core.decomposition import Account
from runtime.core.definitions import Action, Attribute, Decomposition, Definition, Specification, Target
from runtime.core.enrichment import enrich, enriched
from runtime.core.evaluation import Evaluation
from runtime.core.orders import FulfilmentLine, Line, Order
from runtime.core.release import PLAIN_KEYS, TARGET_NAMES, Release
from runtime.core.values import taken_in, to_feel, to_json, typed, types_of
from runtime.errors import OrderRefused
from runtime.rules import feel
from runtime.rules.errors import FeelSyntaxError, RuleError


class Part(Struct, frozen=True, kw_only=True):
    """A fulfilment line. `target` is the position of the target that made it, None where another decomposition or the
    order itself did; `maker` is the key of that other decomposition."""

    n: int
    parent: int | None
    lines: tuple[str, ...]
    specification: str
    name: str
    domain: str
    action: str
    quantity: int
    attributes: dict[str, Any]
    target: int | None
    maker: str


class Trouble(Struct, frozen=True, kw_only=True):
    """An expression that gave nothing, or what does not fit: its JSON pointer, and the fulfilment line that shows it
    (its source where it made none)."""

    pointer: str
    n: int
    message: str


class Example(Struct, frozen=True, kw_only=True):
    """`idle` says of targets that made nothing why not, by their positions."""

    parts: tuple[Part, ...]
    troubles: tuple[Trouble, ...]
    idle: dict[int, str]


def example(
    edited: Decomposition, definitions: Mapping[str, Definition], order: Order, evaluation: Evaluation
) -> Example:
    """Takes the order apart. Raises NoPreview where it asks for what is not there."""
    everything = Everything({**definitions, f"decomposition/{edited.key}": edited})
    for line in order.lines:
        if line.specification not in everything.specifications:
            raise NoPreview(f"the order asks for {line.specification!r}, which is not among the definitions")
    targets: dict[int, int] = {}  # identity of what is compiled -> position in the edited decomposition
    makers: dict[int, str] = {}
    sound = []
    for each in everything.decompositions.values():
        kept = list(_compilable(each, everything))
        sound.append(structs.replace(each, targets=tuple(target for _, target in kept)))
        makers |= {id(target): each.key for _, target in kept}
        if each.key == edited.key:
            targets = {id(target): n for n, target in kept}
    order = enriched_by(order, everything, evaluation)
    release = Release(0, (*everything.specifications.values(), *sound))
    account = Account()
    try:
        lines = decomposition.decompose(order, release, evaluation, account)
    except OrderRefused as refusal:
        raise NoPreview(refusal.faults[0].message) from None
    position = {n: targets.get(id(maker.definition)) for n, maker in account.makers.items()}
    parts = tuple(
        Part(
            n=line.n,
            parent=line.parent,
            lines=line.lines,
            specification=line.specification,
            name=everything.specifications[line.specification].name,
            domain=line.domain,
            action=line.action,
            quantity=line.quantity,
            attributes=line.attributes,
            target=position.get(line.n),
            maker=makers[id(account.makers[line.n].definition)] if line.n in account.makers else "",
        )
        for line in lines
    )
    mine = [line for line in lines if position.get(line.n) is not None]
    troubles = [*_unanswered(account, targets, mine, position), *_misfits(mine, position, release, evaluation)]
    idle = dict(_idle(edited, targets, account, lines, set(position.values())))
    return Example(parts=parts, troubles=tuple(dict.fromkeys(troubles)), idle=idle)


def enriched_by(order: Order, everything: Everything, evaluation: Evaluation) -> Order:
    """The order with what enrichments tell its lines; as it is, where one of them is not finished or undecided."""
    helpers: tuple[Definition, ...] = (
        *everything.specifications.values(),
        *everything.enrichments.values(),
        *everything.tables.values(),
    )
    try:
        return enriched(order, enrich(order, Release(0, helpers), evaluation)[0])
    except (RuleError, KeyError, OrderRefused):
        return order


def _compilable(each: Decomposition, everything: Everything) -> Iterator[tuple[int, Target]]:
    """The targets that can be made, with their positions and without what cannot be read."""
    for n, target in enumerate(each.targets):
        if target.specification not in everything.specifications or not _reads(target.condition):
            continue
        yield (
            n,
            structs.replace(
                target,
                per=target.per if target.per in PLAIN_KEYS or (target.per and _reads(target.per)) else "line",
                quantity=target.quantity if _reads(target.quantity) else "",
                action=target.action if _reads(target.action) else "",
                attributes={name: text for name, text in target.attributes.items() if text and _reads(text)},
            ),
        )


def _reads(text: str) -> bool:
    return not text or not compiled(text, TARGET_NAMES)[1]


def _unanswered(
    account: Account, targets: Mapping[int, int], mine: list[FulfilmentLine], position: Mapping[int, int | None]
) -> Iterator[Trouble]:
    """Expressions of the edited decomposition that gave less than asked, with the reason that the rules give."""
    for target, field, source, result in account.answers:
        n = targets.get(id(target.definition))
        if n is None:
            continue
        made = _made(mine, position, source, n)
        at = pointer("targets", n, *field.split("/", 1))
        if result.warnings:
            yield Trouble(pointer=at, n=made, message=result.warnings[0].message)
        elif result.value is None and field.startswith("attributes/"):
            yield Trouble(pointer=at, n=made, message="this gives nothing, so the attribute is left out")
    for target, field, source, message in account.troubles:
        n = targets.get(id(target.definition))
        if n is not None:
            at = pointer("targets", n, *field.split("/", 1))
            told = f"an order with this would be refused: {message}"
            yield Trouble(pointer=at, n=_made(mine, position, source, n), message=told)


def _made(mine: list[FulfilmentLine], position: Mapping[int, int | None], source: FulfilmentLine, target: int) -> int:
    """The number of what a target made of a source; of the source itself, where it made nothing."""
    return next((line.n for line in mine if source.n in line.sources and position[line.n] == target), source.n)


def _misfits(
    mine: list[FulfilmentLine], position: Mapping[int, int | None], release: Release, evaluation: Evaluation
) -> Iterator[Trouble]:
    """Values that are not what the catalog says of the attribute."""
    for line in mine:
        asked = Line(
            id=str(line.n), specification=line.specification, action=line.action, attributes=line.attributes, pointer=""
        )
        for fault in catalog.misfits(Order(lines=(asked,)), release, evaluation):
            name = fault.pointer.removeprefix("/attributes/")
            if name != fault.pointer and line.attributes.get(name) is not None:
                at = pointer("targets", position[line.n] or 0, "attributes") + f"/{name}"
                yield Trouble(pointer=at, n=line.n, message=fault.message)


def _idle(
    edited: Decomposition,
    targets: Mapping[int, int],
    account: Account,
    lines: tuple[FulfilmentLine, ...],
    busy: set[int | None],
) -> Iterator[tuple[int, str]]:
    sources = sum(line.specification == edited.source for line in lines)
    refused = {targets.get(id(target.definition)) for target, field, _, _ in account.answers if field == "condition"}
    for n, _ in enumerate(edited.targets):
        if n in busy:
            continue
        if not sources:
            yield n, f"the order has no {edited.source or 'source'}"
        elif n in refused:
            yield n, "the condition is not true here"
        else:
            yield n, "it cannot be made as it is written; see its problems"


# --- samples ------------------------------------------------------------------------------------------


class Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a sample order differs from the usual one; `attributes` replace those that are made up."""

    lines: int = 1
    action: Action = "add"
    quantity: int = 1
    attributes: dict[str, Any] = {}


def sample(edited: Decomposition, definitions: Mapping[str, Definition], given: Given) -> Order:
    """An order for what the decomposition takes apart. Raises NoPreview where that is not known yet."""
    source = definitions.get(f"specification/{edited.source}")
    if not isinstance(source, Specification):
        raise NoPreview("choose what is taken apart; then a sample order can ask for it")
    attributes = {each.name: value_for(each) for each in source.attributes} | given.attributes
    said = {name: value for name, value in attributes.items() if value is not None}
    lines = tuple(
        Line(
            id=chr(ord("A") + n),
            specification=source.key,
            action=given.action,
            quantity=given.quantity,
            attributes=taken_in(said, types_of(source)),
        )
        for n in range(max(1, min(given.lines, 9)))
    )
    return Order(lines=lines, customer="sample")


USUAL: dict[str, Any] = {
    "string": "sample",
    "number": 1,
    "boolean": True,
    "date": "2030-01-01",
    "time": "09:00:00",
    "date and time": "2030-01-01T09:00:00Z",
    "days and time duration": "P1D",
    "years and months duration": "P1Y",
    "list": [],
    "context": {},
    "Any": "sample",
}


def value_for(attribute: Attribute) -> Any:
    """A value that the attribute may have: the first that its allowed values name, or else a usual one."""
    usual = USUAL[attribute.type]
    if not attribute.allowed:
        return attribute.label or attribute.name if usual == "sample" else usual
    try:
        tests = feel.compile_tests(attribute.allowed, ())
    except FeelSyntaxError:
        return usual
    for candidate in (*_named(attribute.allowed), usual, 10, 100, 1000):
        if tests.matches(typed(to_feel(candidate), attribute.type), {}) is True:
            return candidate
    return usual


def _named(tests: str) -> Iterator[Any]:
    """What stands between the commas and ends of intervals of unary tests, where it is a value."""
    for text in tests.replace("..", ",").split(","):
        try:
            value = to_json(feel.compile(text.strip(" \n<>=[]()"), ()).evaluate({}).value)
        except FeelSyntaxError:
            continue
        if value is not None:
            yield value
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield value + 1
