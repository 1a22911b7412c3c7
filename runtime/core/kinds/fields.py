"""The fields of a request and of a result: computed one by one, and never null without leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.core.evaluation import Evaluation, Names, Unusable, why
from runtime.core.events import ItemCompleted, ItemFailed
from runtime.core.release import CompiledField, CompiledItem
from runtime.core.state import Item
from runtime.core.values import to_json, to_stored
from runtime.rules import tree

LEFT_OUT = object()  # a field without a value that its definition leaves out


def field_value(field: CompiledField, names: Names, evaluation: Evaluation) -> Any:
    """The value of one field, or LEFT_OUT. Raises Unusable where it cannot be computed, and for a null that the
    definition does not allow. That an entry is absent is no fault in itself: it is null, and may have been handled."""
    result = evaluation.value(field.expression, names)
    unfit = any(warning.code != "name" for warning in result.warnings)
    if unfit or (result.value is None and field.empty == "stop"):
        raise Unusable(field.expression.text, f"gives no value: {why(result)}")
    if result.value is None:
        return LEFT_OUT if field.empty == "omit" else None
    if field.empty == "stop" and result.value.__class__ in (dict, list):
        for place in _unsaid_nulls(field.expression.tree, result.value):
            raise Unusable(field.expression.text, f"gives no value at {place}: {why(result)}")
    return result.value


def request_body(item: Item, names: Names, evaluation: Evaluation) -> dict[str, Any]:
    """What is sent to the operation: what a person corrected, else what the definition says. Raises Unusable for the
    first field that cannot be computed."""
    if item.request is not None:
        return item.request
    body: dict[str, Any] = {}
    for field in item.compiled.call:
        try:
            value = field_value(field, names, evaluation)
        except Unusable as unusable:
            raise Unusable(unusable.text, f"{unusable.reason} (request field {field.name})") from None
        if value is not LEFT_OUT:
            body[field.name] = to_json(value)
    return body


def completed(compiled: CompiledItem, names: Names, evaluation: Evaluation, by: str = "") -> ItemCompleted | ItemFailed:
    """The end of an item by its result: a field that cannot be computed fails it, with its effect done."""
    result: dict[str, Any] = {}
    for field in compiled.result:
        try:
            result[field.name] = to_stored(field_value(field, names, evaluation))
        except Unusable as unusable:
            return ItemFailed(f"Result {field.name}: {unusable}.", cause="result")
    return ItemCompleted(result=result, by=by)


def known_results(compiled: CompiledItem, names: Names, evaluation: Evaluation) -> dict[str, Any]:
    """The fields of a result that can be computed where nothing came that they could read."""
    result: dict[str, Any] = {}
    for field in compiled.result:
        try:
            result[field.name] = to_stored(field_value(field, names, evaluation))
        except Unusable:
            continue
    return result


def _unsaid_nulls(node: tree.Node, value: Any, at: str = "") -> Iterator[str]:
    """The places within a value where null came up without being written: a list or context that was written out is
    read entry by entry, anything else by its value."""
    if isinstance(node, tree.Context) and value.__class__ is dict:
        for entry in node.entries:
            yield from _unsaid_null(entry.value, value.get(entry.key), f"{at}.{entry.key}" if at else entry.key)
    elif isinstance(node, tree.List) and value.__class__ is list:
        for n, (item, entry) in enumerate(zip(node.items, value, strict=True), 1):
            yield from _unsaid_null(item, entry, f"{at}[{n}]" if at else f"item {n}")
    else:
        yield from _nulls(value, at)


def _unsaid_null(node: tree.Node, value: Any, at: str) -> Iterator[str]:
    if value is not None:
        yield from _unsaid_nulls(node, value, at)
    elif not _writes_null(node):
        yield at


def _nulls(value: Any, at: str) -> Iterator[str]:
    """The entries of computed lists that are null. What is null within a context came in as it is."""
    if value.__class__ is list:
        for n, entry in enumerate(value, 1):
            place = f"{at}[{n}]" if at else f"item {n}"
            if entry is None:
                yield place
            else:
                yield from _nulls(entry, place)


def _writes_null(node: tree.Node) -> bool:
    return isinstance(node, tree.Null) or (
        isinstance(node, tree.If) and (_writes_null(node.then) or _writes_null(node.otherwise))
    )
