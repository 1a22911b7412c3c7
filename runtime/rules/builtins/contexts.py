"""Functions of contexts (DMN 1.5, 10.3.4.9)."""

from typing import Any

from runtime.rules.errors import Unfit
from runtime.rules.signatures import builtin

Context = dict[str, Any]


@builtin("get value(m: context, key: string) -> Any")
def get_value(m: Context, key: str) -> Any:
    return m.get(key)


@builtin("get entries(m: context) -> list")
def get_entries(run: Any, m: Context) -> list[Context]:
    run.spend(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context put(context: context, key: string, value: Any) -> context")
def context_put(run: Any, context: Context, key: str, value: Any) -> Context:
    run.spend(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list<string>, value: Any) -> context")
def context_put_nested(run: Any, context: Context, keys: list[str | None], value: Any) -> Context:
    """The context with the value at the end of a chain of keys, all but the last of which it must have."""
    if not keys:
        raise Unfit("the list of keys is empty", "domain")
    if any(key is None for key in keys):
        raise Unfit("a key is null", "domain")
    run.spend(len(context) + len(keys))
    made = {**context}
    inner = made
    for key in keys[:-1]:
        below = inner.get(str(key))
        if below.__class__ is not dict:
            raise Unfit(f"{key!r} is not a context", "domain")
        inner[str(key)] = below = {**below}
        inner = below
    inner[str(keys[-1])] = value
    return made


@builtin("context merge(contexts: list) -> context")
def context_merge(run: Any, contexts: list[Any]) -> Context:
    made: Context = {}
    for context in contexts:
        if context.__class__ is not dict:
            raise Unfit("an item is not a context")
        run.spend(len(context))
        made.update(context)
    return made
