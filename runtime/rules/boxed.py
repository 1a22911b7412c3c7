"""Boxed expressions compiled to closures (DMN 1.5, chapter 7.3 and 10.2.2).

`Compiler.compile(element, names)` gives a function of an Evaluation and a scope. `names` says what the text inside may
speak of, with types where they are known: FEEL needs both to read names that contain spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import structs

from runtime.rules import feel, tables
from runtime.rules.budget import Budget
from runtime.rules.documents import Input, Output, Rule, Table
from runtime.rules.errors import Code, RuleError, RuleWarning, Unfit
from runtime.rules.itemtypes import ItemTypes
from runtime.rules.iteration import iterated
from runtime.rules.run import WARNINGS, Run, bind
from runtime.rules.scope import Vocabulary
from runtime.rules.types import ANY, BOOLEAN, ContextOf, FunctionOf, ListOf, Type, bare, coerce
from runtime.rules.values import Function, Parameter, kind
from runtime.rules.xml import Element, child, children, line_of, local, text_of

Scope = dict[str, Any]
Names = Mapping[str, Type]
Compiled = Callable[["Evaluation", Scope], Any]

HIT_POLICIES = {
    "UNIQUE": "unique", "ANY": "any", "PRIORITY": "priority", "FIRST": "first", "COLLECT": "collect",
    "RULE ORDER": "rule order", "OUTPUT ORDER": "output order",
}  # fmt: skip
BOXED = (
    "literalExpression", "context", "list", "relation", "invocation", "functionDefinition", "decisionTable",
    "conditional", "filter", "for", "some", "every",
)  # fmt: skip


class Evaluation(Run):
    """One evaluation of a model: its time, budget and warnings, what tables saw, and the decisions made so far."""

    __slots__ = ("decided", "trace")

    def __init__(self, now: datetime | None, budget: Budget | None = None) -> None:
        super().__init__(now, budget)
        self.trace: dict[str, Any] = {}
        self.decided: dict[Any, Any] = {}

    def note(self, message: str, where: str, code: Code = "type") -> None:
        """Adds a warning about a part of the model."""
        if len(self.warnings) < WARNINGS:
            self.warnings.append(RuleWarning(code=code, message=message, where=where))

    def coerced(self, value: Any, type_: Type, where: str) -> Any:
        """`value` as one of `type_`, else null with a warning."""
        try:
            return coerce(value, type_)
        except Unfit as error:
            self.note(f"{where}: {error}", where)
            return None


class Compiler:
    """Compiles the boxed expressions of one model."""

    def __init__(self, types: ItemTypes, vocabulary: Vocabulary) -> None:
        self._types = types
        self._vocabulary = vocabulary

    def compile(self, element: Element | None, names: Names, where: str) -> tuple[Compiled, Type]:
        """What to do for a boxed expression, and the type of its value as far as that is known. Raises ModelError."""
        if element is None:
            return (lambda evaluation, scope: None), ANY
        name = local(element)
        compiled, type_ = getattr(self, f"_{name.lower()}")(element, names, where)
        declared = self._types.get(element.get("typeRef") or text_of(child(element, "typeRef")))
        if declared is ANY or name == "functionDefinition":
            return compiled, type_
        return (lambda evaluation, scope: evaluation.coerced(compiled(evaluation, scope), declared, where)), declared

    def below(self, element: Element | None, names: Names, where: str) -> tuple[Compiled, Type]:
        """The boxed expression directly below an element."""
        return self.compile(next((each for each in children(element) if local(each) in BOXED), None), names, where)

    def variable(self, element: Element | None) -> tuple[str, Type]:
        """The name and type of a variable or parameter."""
        if element is None:
            return "", ANY
        return element.get("name", "").strip(), self._types.get(element.get("typeRef"))

    # --- text

    def _literalexpression(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        text = text_of(child(element, "text"))
        if not text:
            return (lambda evaluation, scope: None), ANY
        try:
            expression = feel.compile(text, feel.scope_of(names, "standard", self._vocabulary), "standard")
        except feel.FeelSyntaxError as error:
            return self._broken(f"{where} (line {line_of(element)}): {error}", where, "syntax")

        return (lambda evaluation, scope: expression.within(evaluation, scope, where)), expression.type

    def _broken(self, message: str, where: str, code: Code) -> tuple[Compiled, Type]:
        """One expression that is none must not take the other decisions of its model with it."""

        def fail(evaluation: Evaluation, scope: Scope) -> Any:
            evaluation.note(message, where, code)

        return fail, ANY

    # --- structures

    def _context(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        known, entries, result = dict(names), [], None
        fields: dict[str, Type] = {}
        for entry in children(element, "contextEntry"):
            name, declared = self.variable(child(entry, "variable"))
            compiled, found = self.below(entry, known, f"{where}/{name}" if name else where)
            if not name:
                result = compiled, found
                continue
            known[name] = fields[name] = found if declared is ANY else declared
            entries.append((name, compiled, declared))

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            inner, made = dict(scope), {}
            for name, compiled, declared in entries:
                value = evaluation.coerced(compiled(evaluation, inner), declared, f"{where}/{name}")
                inner[name] = made[name] = value
            return result[0](evaluation, inner) if result else made

        return evaluate, result[1] if result else ContextOf(fields)

    def _list(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        items = [self.compile(each, names, where)[0] for each in children(element) if local(each) in BOXED]
        return (lambda evaluation, scope: [item(evaluation, scope) for item in items]), ListOf(ANY)

    def _relation(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        columns = [self.variable(column) for column in children(element, "column")]
        rows = [
            [self.compile(cell, names, where)[0] for cell in children(row) if local(cell) in BOXED]
            for row in children(element, "row")
        ]

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            return [
                {
                    name: evaluation.coerced(cell(evaluation, scope), type_, where)
                    for (name, type_), cell in zip(columns, row, strict=False)
                }
                for row in rows
            ]

        return evaluate, ListOf(ContextOf(dict(columns)))

    # --- functions

    def _invocation(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        called, _ = self.below(element, names, where)
        bindings = []
        for binding in children(element, "binding"):
            name, declared = self.variable(child(binding, "parameter"))
            bindings.append((name, self.below(binding, names, f"{where}/{name}")[0], declared))

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            function = called(evaluation, scope)
            given = {
                name: evaluation.coerced(value(evaluation, scope), declared, f"{where}/{name}")
                for name, value, declared in bindings
            }
            if not isinstance(function, Function):
                evaluation.note(f"what is invoked is a {kind(function)} and not a function", where)
                return None
            wanted = [parameter.name for parameter in function.parameters]
            if unknown := given.keys() - set(wanted):
                evaluation.note(f"{function.name} has no parameter {', '.join(sorted(unknown))}", where, "arity")
                return None
            try:
                return evaluation.call(function, [given.get(name) for name in wanted])
            except Unfit as unfit:
                evaluation.note(f"{where}: {unfit.message}", where, unfit.code)
                return None

        return evaluate, ANY

    def _functiondefinition(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        return self.function(element, names, where, ANY)

    def function(self, element: Element, names: Names, where: str, result: Type) -> tuple[Compiled, Type]:
        """A function definition (or the encapsulated logic of a business knowledge model): it makes a function that
        sees the scope in which it was made."""
        parameters = [self.variable(each) for each in children(element, "formalParameter")]
        declared = self._types.get(element.get("typeRef") or text_of(child(element, "typeRef")))
        if declared is ANY or isinstance(bare(declared), FunctionOf):
            declared = result
        foreign = element.get("kind", "FEEL") != "FEEL"
        body, _ = self.below(element, {**names, **dict(parameters)}, where)
        name = where.rpartition("/")[2]
        shown = tuple(Parameter(parameter, None if type_ is ANY else type_) for parameter, type_ in parameters)

        def make(evaluation: Evaluation, scope: Scope) -> Function:
            def invoke(run: Any, arguments: list[Any]) -> Any:
                if foreign:
                    raise Unfit(f"{where} is written in {element.get('kind')}, which is not run here", "unsupported")
                inner = {
                    **_seen(scope),
                    **dict(zip((p for p, _ in parameters), bind(run, shown, arguments), strict=True)),
                }
                return run.coerced(body(run, inner), declared, where)

            return Function(name, shown, None if declared is ANY else declared, invoke)

        return make, ANY

    # --- control

    def _conditional(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        parts = [self.below(child(element, part), names, where)[0] for part in ("if", "then", "else")]
        asked, then, otherwise = parts

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            found = asked(evaluation, scope)
            if found is not None and found.__class__ is not bool:
                evaluation.note(f"the condition of {where} is a {kind(found)}", where)
                return None
            return (then if found is True else otherwise)(evaluation, scope)

        return evaluate, ANY

    def _filter(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        source, type_ = self.below(child(element, "in"), names, where)
        listed = bare(type_)
        item = listed.element if isinstance(listed, ListOf) else ANY
        context = bare(item)
        fields = context.fields if isinstance(context, ContextOf) else {}
        keep, _ = self.below(child(element, "match"), {**names, **fields, "item": item}, where)

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            found = source(evaluation, scope)
            if found is None:
                return None
            kept = []
            for each in found if isinstance(found, list) else [found]:
                evaluation.spend()
                inner = {**scope, "item": each, **(each if isinstance(each, dict) else {})}
                verdict = keep(evaluation, inner)
                if verdict is not None and verdict.__class__ is not bool:
                    evaluation.note(f"the match of {where} is a {kind(verdict)}", where)
                    return None
                if verdict is True:
                    kept.append(each)
            return kept

        return evaluate, ListOf(item)

    def _for(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        name, items, inner = self._iterated(element, names, where)
        result, type_ = self.below(child(element, "return"), {**inner, "partial": ListOf(ANY)}, where)

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            found = items(evaluation, scope)
            if found is None:
                return None
            made: list[Any] = []
            for each in found:
                evaluation.spend(1 + len(made) // 64)
                made.append(result(evaluation, {**scope, name: each, "partial": made[:]}))
            return made

        return evaluate, ListOf(type_)

    def _some(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        return self._quantified(element, names, where, decisive=True)

    def _every(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        return self._quantified(element, names, where, decisive=False)

    def _quantified(self, element: Element, names: Names, where: str, decisive: bool) -> tuple[Compiled, Type]:
        name, items, inner = self._iterated(element, names, where)
        holds, _ = self.below(child(element, "satisfies"), inner, where)

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            found = items(evaluation, scope)
            if found is None:
                return None
            answer: bool | None = not decisive
            for each in found:
                evaluation.spend()
                verdict = holds(evaluation, {**scope, name: each})
                if verdict is decisive:
                    return decisive
                if verdict is None:
                    answer = None
                elif verdict.__class__ is not bool:
                    evaluation.note(f"the condition of {where} is a {kind(verdict)}", where)
                    return None
            return answer

        return evaluate, BOOLEAN

    def _iterated(self, element: Element, names: Names, where: str) -> tuple[str, Compiled, Names]:
        name = element.get("iteratorVariable", "item")
        source, type_ = self.below(child(element, "in"), names, where)
        below = bare(type_)

        def items(evaluation: Evaluation, scope: Scope) -> Any:
            try:
                return iterated(source(evaluation, scope))
            except Unfit as unfit:
                evaluation.note(f"{where}: {unfit.message}", where, unfit.code)
                return None

        return name, items, {**names, name: below.element if isinstance(below, ListOf) else ANY}

    # --- tables

    def _decisiontable(self, element: Element, names: Names, where: str) -> tuple[Compiled, Type]:
        document = self.table_document(element, where)
        try:
            table = tables.compile(document, feel.scope_of(names, "standard", self._vocabulary), mode="standard")
        except RuleError as error:
            return self._broken(f"{where} (line {line_of(element)}): {error}", where, "model")
        outputs: dict[str, Type] = {output.name: ANY for output in document.outputs}

        def evaluate(evaluation: Evaluation, scope: Scope) -> Any:
            evaluation.spend(1 + len(document.rules) // 64)
            result = table.evaluate(scope, evaluation.now, evaluation.budget)
            evaluation.warnings += [structs.replace(w, where=f"{where}{w.where}") for w in result.warnings]
            evaluation.trace[where] = result
            return result.value

        return evaluate, ContextOf(outputs) if len(outputs) > 1 else ANY

    def table_document(self, element: Element, where: str) -> Table:
        """A DMN decision table as our document. Types of the model are checked where values come in and go out."""
        outputs = children(element, "output")
        inputs = children(element, "input")
        return Table(
            key="table",
            name=where,
            hit_policy=HIT_POLICIES[element.get("hitPolicy", "UNIQUE").strip()],  # type: ignore[arg-type]
            aggregation=element.get("aggregation", "list").strip().lower(),  # type: ignore[arg-type]
            inputs=tuple(
                Input(
                    id=f"i{n}",
                    expression=text_of(child(child(each, "inputExpression"), "text")),
                    allowed=text_of(child(child(each, "inputValues"), "text")),
                )
                for n, each in enumerate(inputs)
            ),
            outputs=tuple(
                Output(
                    id=f"o{n}",
                    name=each.get("name") or (f"output {n + 1}" if len(outputs) > 1 else ""),
                    allowed=text_of(child(child(each, "outputValues"), "text")),
                    default=text_of(child(child(each, "defaultOutputEntry"), "text")),
                )
                for n, each in enumerate(outputs)
            ),
            rules=tuple(
                Rule(
                    id=f"r{n}",
                    inputs=tuple(text_of(child(cell, "text")) or "-" for cell in children(each, "inputEntry")),
                    outputs=tuple(text_of(child(cell, "text")) or "null" for cell in children(each, "outputEntry")),
                )
                for n, each in enumerate(children(element, "rule"))
            ),
        )


def _seen(scope: Scope) -> Scope:
    """The names a function sees: those of the scope where it was made, or what that scope tells when asked."""
    seen = getattr(scope, "seen", None)
    return scope if seen is None else seen()
