"""What is wrong with the expressions of a definition: whether they can be read, and give what is needed."""

from __future__ import annotations

from collections.abc import Iterator

from designer.checks.everything import Everything
from designer.checks.expressions import Use, Written, compiled, expressions, told
from designer.checks.nulls import missing
from designer.checks.problems import Finding
from designer.checks.scopes import Scopes
from runtime.core.definitions import Definition
from runtime.rules import feel
from runtime.rules.errors import FeelSyntaxError
from runtime.rules.types import BOOLEAN, DATE, DATE_TIME, NUMBER, STRING, Type, possible

CODES = {"name": "unknown-name", "type": "wrong-type"}
# What an expression must give, by what it is for, and how people say it.
WANTED: dict[Use, tuple[tuple[Type, ...], str]] = {
    "condition": ((BOOLEAN,), "a condition is true or false"),
    "quantity": ((NUMBER,), "a quantity is a number"),
    "action": ((STRING,), 'an action is a text, as `"modify"`'),
    "moment": ((DATE_TIME, DATE), "a moment is a date and time"),
    "assignee": ((STRING,), "an assignee is the name of a user, a text"),
}
# What becomes of null there.
IF_NULL: dict[Use, str] = {
    "condition": "then the condition is neither true nor false",
    "group": "then it has no group, and the order is refused",
    "quantity": "then there is no quantity, and the order is refused",
    "action": "then there is no action, and the order is refused",
    "moment": "then there is no moment to wait for",
    "assignee": "then the task is nobody's",
}


# Names that stand for one line, and what is there instead where there are several.
OF_ONE = {"line": "lines", "root": "lines"}


def check_expressions(all_: Everything, document: Definition) -> Iterator[Finding]:
    """Whether what is written in FEEL can be read, may give what its place needs, and gives it for every order."""
    scopes = Scopes(all_, document)
    for written in expressions(document):
        for finding in _check(written, scopes):
            yield Finding(
                written.pointer,
                finding.code,
                finding.message,
                (written.item,) if written.item else (),
                finding.start,
                finding.end,
            )


def _check(written: Written, scopes: Scopes) -> Iterator[Finding]:
    if not written.text.strip():
        yield Finding("", "feel", "nothing is written here; write an expression, or remove the entry")
        return
    if of_one := {path[0] for path in compiled(written.text, None)[0]} & OF_ONE.keys() - set(written.names):
        for name in sorted(of_one):
            message = f"`{name}` is one line, but this may stand for several; use `{OF_ONE[name]}`"
            yield Finding("", "line-of-several", message)
        return
    try:
        expression = feel.compile(written.text, scopes.of(written))
    except FeelSyntaxError as error:
        code = CODES.get(error.code, "feel")
        yield Finding("", code, told(error), start=error.start, end=error.start + error.length)
        return
    types, words = scopes.wanted(written) or WANTED.get(written.use, ((), ""))
    if types and not any(possible(expression.type, type_) for type_ in types):
        yield Finding("", "wrong-type", f"this gives a {expression.type}, but {words}")
    if written.use in IF_NULL:
        yield from _nulls(written, expression, scopes)


def _nulls(written: Written, expression: feel.Expression, scopes: Scopes) -> Iterator[Finding]:
    optional = scopes.optional(written)
    seen = set()
    for path, node in missing(expression.tree, optional.keys()):
        if path in seen:
            continue
        seen.add(path)
        name = ".".join(path)
        remedy = f"{name} != null and ..." if written.use == "condition" else f"if {name} = null then ... else ..."
        message = (
            f"`{name}` may be null ({optional[path]}), and {IF_NULL[written.use]}. Say what is meant then: `{remedy}`"
        )
        yield Finding("", "may-be-null", message, start=node.start, end=node.end)
