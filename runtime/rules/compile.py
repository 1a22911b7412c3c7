"""From the tree to closures: what an expression is worth, given a frame (DMN 1.5, 10.3.2).

Theory of operation. Every node becomes a function of one *frame*: a tuple of the caller's scope, the evaluation's
`Run` (warnings, time, budget), and the values of the local names, innermost last. Which place of the frame a name
has is known when compiling, but for one case: inside of a filter a name may be a field of the item at hand, which
only the item tells. Frames are never changed, so a function value just keeps the frame it was made in.

Bad data raises `Unfit` deep inside; the closure of the node at fault catches it, notes a warning and gives null.
Only `OutOfBudget` travels further: it ends the evaluation. The file is long because the language is: one short
method a kind of node, and nothing else.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from runtime.rules import compare, tree
from runtime.rules.arithmetic import add_strings, negative, operate
from runtime.rules.errors import Code, Unfit
from runtime.rules.iteration import iterated, steps
from runtime.rules.properties import property_of
from runtime.rules.run import Closure, Frame, Run, bind, placed
from runtime.rules.scope import Scope
from runtime.rules.signatures import Builtin
from runtime.rules.types import ANY, Type, coerce, conforms, type_from
from runtime.rules.values import NUMBERS, Function, Parameter, Range, kind

_PLAIN = frozenset({str, bool, type(None)})
_ORDERED = frozenset({Decimal, str})


class Local:
    """A place of the frame: a variable `name`, the item of a filter, or the context that is being made."""

    __slots__ = ("entries", "is_filter", "name", "place")

    def __init__(self, place: int, name: str = "", is_filter: bool = False) -> None:
        self.place = place
        self.name = name
        self.is_filter = is_filter
        self.entries: set[str] | None = None


class Compiler:
    """Compiles the nodes of one text. `paths` gathers what the expression reads of the outermost scope."""

    def __init__(self, text: str, scope: Scope, typed: Callable[[tree.Node], Type] = lambda node: ANY) -> None:
        self.text = text
        self.scope = scope
        self.typed = typed
        self.locals: list[Local] = []
        self.paths: set[tuple[str, ...]] = set()
        self.nodes = 0

    def compile(self, node: tree.Node) -> Closure:
        self.nodes += 1
        method: Callable[[Any], Closure] = getattr(self, _METHODS[type(node)])
        return method(node)

    # --- literals and names

    def _constant(self, node: Any) -> Closure:
        value = node.value
        return lambda frame: value

    def _null(self, node: tree.Null) -> Closure:
        return lambda frame: None

    def _at(self, node: tree.At) -> Closure:
        if node.value is not None:
            return self._constant(node)
        return self._failing(node, "domain", f"{node.text!r} is no date, time or duration")

    def _failing(self, node: tree.Node, code: Code, message: str) -> Closure:
        text = self.text

        def fail(frame: Frame) -> Any:
            frame[1].warn(code, message, node, text)

        return fail

    def _input(self, node: tree.Input) -> Closure:
        for local in reversed(self.locals):
            if local.name == "?":
                place = local.place
                return lambda frame: frame[place]
        return self._free("?", node)

    def _name(self, node: tree.Name) -> Closure:
        return self._resolved(node.name, node, len(self.locals))

    def _resolved(self, name: str, node: tree.Node, inner: int) -> Closure:
        """What `name` means to the locals below `inner`: theirs, or that of the scope."""
        for index in range(inner - 1, -1, -1):
            local = self.locals[index]
            place = local.place
            if local.is_filter:
                return self._item_or(name, place, self._resolved(name, node, index))
            if local.entries is not None:
                if name in local.entries:
                    return lambda frame: frame[place][name]
            elif local.name == name:
                return lambda frame: frame[place]
        return self._free(name, node)

    def _item_or(self, name: str, place: int, outer: Closure) -> Closure:
        """In a filter: a field of the item, the item itself, or else what the name means outside."""

        def read(frame: Frame) -> Any:
            item = frame[place]
            if type(item) is dict and name in item:
                return item[name]
            return outer(frame)

        if name != "item":
            return read

        def read_item(frame: Frame) -> Any:
            item = frame[place]
            return item["item"] if type(item) is dict and "item" in item else item

        return read_item

    def _is_free(self, node: tree.Node) -> bool:
        """Whether a node is a name of the outermost scope for certain."""
        if not isinstance(node, tree.Name):
            return False
        for local in self.locals:
            if local.is_filter and (node.name not in self.scope.names.types or node.name == "item"):
                return False
            if local.name == node.name or (local.entries and node.name in local.entries):
                return False
        return True

    def _free(self, name: str, node: tree.Node) -> Closure:
        builtin = None if name in self.scope.names.types else self.scope.builtins.get(name)
        if builtin is not None and not self.scope.open:
            return lambda frame: builtin
        if self._is_free(node):
            self.paths.add((name,))  # a call of a built-in takes it back
        text = self.text

        def read(frame: Frame) -> Any:
            try:
                value = frame[0][name]
            except (KeyError, TypeError):
                if builtin is not None:
                    return builtin
                frame[1].warn("name", f"there is no {name!r}", node, text)
                return None
            return value if value.__class__ in _PLAIN else frame[1].taken(value)

        return read

    # --- operators

    def _negation(self, node: tree.Negation) -> Closure:
        operand, text = self.compile(node.operand), self.text
        if isinstance(node.operand, tree.Number):
            value = NUMBERS.minus(node.operand.value)
            return lambda frame: value

        def negate(frame: Frame) -> Any:
            value = operand(frame)
            if value is None:
                return None
            try:
                return negative(value)
            except Unfit as unfit:
                frame[1].warn(unfit.code, unfit.message, node, text)
                return None

        return negate

    def _binary(self, node: tree.Binary) -> Closure:
        left, right, operator, text = (
            self.compile(node.left),
            self.compile(node.right),
            node.operator,
            self.text,
        )
        price = _PRICES.get(operator, 4)
        numeric = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}.get(operator)

        def calculate(frame: Frame) -> Any:
            one, other = left(frame), right(frame)
            try:
                if numeric is not None and one.__class__ is Decimal and other.__class__ is Decimal:
                    return numeric(one, other)
                if operator == "+" and one.__class__ is str and other.__class__ is str:
                    frame[1].spend(1 + (len(one) + len(other)) // 64)
                    return add_strings(one, other)
                frame[1].spend(price)
                return operate(operator, one, other)
            except Unfit as unfit:
                frame[1].warn(unfit.code, unfit.message, node, text)
            except ArithmeticError:
                frame[1].warn("arithmetic", "the number becomes too large", node, text)
            return None

        return calculate

    def _comparison(self, node: tree.Comparison) -> Closure:
        left, right, text = self.compile(node.left), self.compile(node.right), self.text
        if node.operator in ("=", "!="):
            equal, sought = compare.equal, node.operator == "="

            def same(frame: Frame) -> Any:
                one, other = left(frame), right(frame)
                answer = equal(one, other, frame[1])
                if answer is None:
                    message = f"{kind(one)} and {kind(other)} are never compared"
                    frame[1].warn("type", message, node, text)
                    return None
                return answer is sought

            return same
        verdict = _VERDICTS[node.operator]
        quick = _QUICK[node.operator]

        def ordered(frame: Frame) -> Any:
            one, other = left(frame), right(frame)
            if one.__class__ is other.__class__ and one.__class__ in _ORDERED:
                if one.__class__ is str and len(one) > compare.LONG:
                    frame[1].spend(len(one) // compare.LONG)
                return quick(one, other)
            order = compare.compare(one, other, frame[1])
            if order is None:
                frame[1].warn("type", f"{kind(one)} and {kind(other)} have no order", node, text)
                return None
            return order in verdict

        return ordered

    def _between(self, node: tree.Between) -> Closure:
        value, low, high, text = (
            self.compile(node.value),
            self.compile(node.low),
            self.compile(node.high),
            self.text,
        )

        def between(frame: Frame) -> Any:
            answer = compare.contains(Range(low(frame), high(frame), True, True), value(frame), frame[1])
            if answer is None:
                frame[1].warn("type", "the value cannot be compared with both ends", node, text)
            return answer

        return between

    def _and(self, node: tree.And) -> Closure:
        return self._logic(node, False)

    def _or(self, node: tree.Or) -> Closure:
        return self._logic(node, True)

    def _logic(self, node: tree.And | tree.Or, settles: bool) -> Closure:
        """Three-valued: one operand that `settles` decides, whatever the others are (table 50)."""
        operands, text = [self.compile(operand) for operand in node.operands], self.text
        other = not settles

        def decide(frame: Frame) -> Any:
            answer: bool | None = other
            for number, operand in enumerate(operands):
                value = operand(frame)
                if value is settles:
                    return settles
                if value is not other:
                    answer = None
                    if value is not None:
                        message = f"a {kind(value)} is neither true nor false"
                        frame[1].warn("type", message, node.operands[number], text)
            return answer

        return decide

    def _instance(self, node: tree.InstanceOf) -> Closure:
        value = self.compile(node.value)
        try:
            type_ = type_from(node.type, self.scope.types)
        except KeyError:
            return self._failing(node.type, "name", f"there is no type {node.type.name!r}")

        def test(frame: Frame) -> Any:
            found = value(frame)
            if found is None:
                return node.type.name == "Null"
            frame[1].look(found, type_)
            return conforms(found, type_)

        return test

    # --- tests

    def _in(self, node: tree.In) -> Closure:
        value = self.compile(node.value)
        tests = self._with_input([(test, "in") for test in node.tests])

        def member(frame: Frame) -> Any:
            return _any_of(tests, (*frame, value(frame)))

        return member

    def tests(self, node: tree.Tests) -> Closure:
        """The verdict on the input, which is the last place of the frame: true, false or null."""
        if not node.tests:
            return lambda frame: True
        tests = self._with_input([(test, "cell") for test in node.tests])
        if not node.negated:
            if len(tests) == 1:
                return tests[0]
            return lambda frame: _any_of(tests, frame)

        def none_of(frame: Frame) -> Any:
            answer = _any_of(tests, frame)
            return None if answer is None else not answer

        return none_of

    def _with_input(self, tests: list[tuple[tree.Node, str]]) -> list[Closure]:
        self.locals.append(Local(len(self.locals) + 2, "?"))
        compiled = [self._test(test, where == "cell") for test, where in tests]
        self.locals.pop()
        return compiled

    def _test(self, node: tree.Node, in_cell: bool) -> Closure:
        """One positive unary test of the input, the last place of the frame (table 55)."""
        place = len(self.locals) + 1
        if isinstance(node, tree.Range) and node.operator in ("=", "!="):
            end, negated = self.compile(node.low or node), node.operator == "!="

            def same(frame: Frame) -> Any:
                answer = compare.equal(frame[place], end(frame), frame[1])
                return answer if answer is None or not negated else not answer

            return same
        if isinstance(node, tree.Range):
            # Compared end by end, so that an end that says nothing leaves the other one its say.
            low = self.compile(node.low) if node.low is not None else _nothing
            high = self.compile(node.high) if node.high is not None else _nothing
            shape = (node.low_included, node.high_included, node.low is None or node.high is None)
            return lambda frame: _between(Range(low(frame), high(frame), *shape), frame[place], frame[1])
        code = self.compile(node)
        if tree.reads_input(node):

            def asks(frame: Frame) -> Any:
                value = code(frame)
                if value is True or value is False or value is None:
                    return value
                return _matches(value, frame[place], in_cell, frame[1])

            return asks
        # A test that is no literal may say by itself whether it holds, whatever the input is.
        decides = not isinstance(node, tree.Boolean) and in_cell

        def holds(frame: Frame) -> Any:
            value, given = code(frame), frame[place]
            if decides and value.__class__ is bool and given.__class__ is not bool:
                return value
            return _matches(value, given, in_cell, frame[1])

        return holds

    # --- structures

    def _list(self, node: tree.List) -> Closure:
        items = [self.compile(item) for item in node.items]
        literals = [item.value for item in node.items if isinstance(item, tree.Number | tree.String | tree.Boolean)]
        if len(literals) == len(items):
            return lambda frame: literals[:]

        def make(frame: Frame) -> list[Any]:
            frame[1].spend(len(items))
            return [item(frame) for item in items]

        return make

    def _context(self, node: tree.Context) -> Closure:
        place = len(self.locals) + 2
        local = Local(place)
        local.entries = set()
        self.locals.append(local)
        entries: list[tuple[str, Closure]] = []
        for entry in node.entries:
            if entry.key in local.entries:
                self.locals.pop()
                return self._failing(node, "domain", f"the entry {entry.key!r} is there twice")
            entries.append((entry.key, self.compile(entry.value)))
            local.entries.add(entry.key)
        self.locals.pop()

        def make(frame: Frame) -> dict[str, Any]:
            made: dict[str, Any] = {}
            inner = (*frame, made)
            for key, value in entries:
                made[key] = value(inner)
            frame[1].spend(len(made))
            return made

        return make

    def _range(self, node: tree.Range) -> Closure:
        low = self.compile(node.low) if node.low is not None else None
        high = self.compile(node.high) if node.high is not None else None
        text = self.text
        unbounded = low is None or high is None

        def make(frame: Frame) -> Any:
            start = low(frame) if low else None
            end = high(frame) if high else None
            if node.operator == "!=":
                frame[1].warn("type", "!= makes no range", node, text)
                return None
            if start is not None and end is not None:
                order = compare.compare(start, end, frame[1])
                if order is None or order > 0:
                    why = "the ends cannot be compared" if order is None else "it ends before it starts"
                    frame[1].warn("domain", why, node, text)
                    return None
            elif start is None and end is None:
                frame[1].warn("domain", "both ends are null", node, text)
                return None
            return Range(start, end, node.low_included, node.high_included, unbounded)

        return make

    def _path(self, node: tree.Path) -> Closure:
        names = [node.name]
        source = node.source
        while isinstance(source, tree.Path):
            names.append(source.name)
            source = source.source
        if self._is_free(source) and isinstance(source, tree.Name):
            return self._free_path(node, (source.name, *reversed(names)))
        return self._read_path(node, self.compile(node.source))

    def _free_path(self, node: tree.Path, names: tuple[str, ...]) -> Closure:
        """A path from the outermost scope: contexts are walked as the caller made them, unconverted."""
        self.paths.add(names)
        before = set(self.paths)
        careful = self._read_path(node, self.compile(node.source))
        self.paths = before

        def read(frame: Frame) -> Any:
            value = frame[0]
            try:
                for name in names:
                    value = value[name]
            except (KeyError, TypeError, IndexError):
                return careful(frame)
            return value if value.__class__ in _PLAIN else frame[1].taken(value)

        return read

    def _read_path(self, node: tree.Path, source: Closure) -> Closure:
        name, text = node.name, self.text

        def read(frame: Frame) -> Any:
            value = source(frame)
            if value is None:
                return None
            try:
                return property_of(value, name, frame[1])
            except Unfit as unfit:
                frame[1].warn(unfit.code, unfit.message, node, text)
                return None

        return read

    def _filter(self, node: tree.Filter) -> Closure:
        source, text = self.compile(node.source), self.text
        place = len(self.locals) + 2
        self.locals.append(Local(place, is_filter=True))
        condition, cost = self._costed(node.condition)
        self.locals.pop()
        is_position = _is_position(node.condition)

        def select(frame: Frame) -> Any:
            value = source(frame)
            run = frame[1]
            items = value if value.__class__ is list else [] if value is None else [value]
            if is_position or not items:
                noticed = len(run.warnings)
                found = condition((*frame, None))
                if found.__class__ is Decimal:
                    return _item(items, found, run, node, text)
                del run.warnings[noticed:]
                return None if value is None else []
            kept: list[Any] = []
            for item in items:
                run.spend(cost)
                found = condition((*frame, item))
                if found is True:
                    kept.append(item)
                elif found.__class__ is Decimal:
                    return _item(items, found, run, node, text)
                elif found is not False and found is not None:
                    run.warn("type", f"a {kind(found)} selects nothing", node.condition, text)
                    return None
            return kept

        return select

    # --- control

    def _if(self, node: tree.If) -> Closure:
        condition, then, otherwise = (
            self.compile(node.condition),
            self.compile(node.then),
            self.compile(node.otherwise),
        )
        text = self.text

        def choose(frame: Frame) -> Any:
            found = condition(frame)
            if found is True:
                return then(frame)
            if found is not False and found is not None:
                frame[1].warn("type", f"the condition is a {kind(found)}", node.condition, text)
                return None
            return otherwise(frame)

        return choose

    def _costed(self, node: tree.Node) -> tuple[Closure, int]:
        """What is evaluated again and again, and how many steps one evaluation costs by its size alone."""
        before = self.nodes
        compiled = self.compile(node)
        return compiled, 1 + (self.nodes - before) // 2

    def _iterations(self, iterations: tuple[tree.Iteration, ...]) -> Callable[[Frame, int], Any]:
        """A generator of the frames with the names of the iterations bound, each at a cost."""
        sources: list[Callable[[Frame], Any]] = []
        before = self.nodes
        for iteration in iterations:
            sources.append(self._source(iteration))
            self.locals.append(Local(len(self.locals) + 2, iteration.name))

        inner = 1 + (self.nodes - before) // 2

        def frames(frame: Frame, cost: int, level: int = 0) -> Any:
            items = sources[level](frame)
            if items is None:
                raise _NoItems
            run = frame[1]
            last = level + 1 == len(sources)
            for item in items:
                run.spend(cost if last else inner)
                if last:
                    yield (*frame, item)
                else:
                    yield from frames((*frame, item), cost, level + 1)

        return frames

    def _source(self, node: tree.Iteration) -> Callable[[Frame], Any]:
        source, text = self.compile(node.source), self.text
        until = self.compile(node.until) if node.until is not None else None

        def items(frame: Frame) -> Any:
            value = source(frame)
            try:
                return iterated(value) if until is None else steps(value, until(frame))
            except Unfit as unfit:
                frame[1].warn(unfit.code, unfit.message, node, text)
                return None

        return items

    def _for(self, node: tree.For) -> Closure:
        outer = len(self.locals)
        frames = self._iterations(node.iterations)
        self.locals.append(Local(len(self.locals) + 2, "partial"))
        result, cost = self._costed(node.result)
        del self.locals[outer:]

        def collect(frame: Frame) -> Any:
            made: list[Any] = []
            try:
                for inner in frames(frame, cost):
                    # `partial` is what has been made so far, as it is at this step.
                    made.append(result((*inner, made)))
            except _NoItems:
                return None
            return made

        if not _reads_partial(node.result):
            return collect

        def collect_partial(frame: Frame) -> Any:
            made: list[Any] = []
            try:
                for inner in frames(frame, cost):
                    frame[1].spend(1 + len(made) // 8)
                    made.append(result((*inner, made[:])))
            except _NoItems:
                return None
            return made

        return collect_partial

    def _some(self, node: tree.Some) -> Closure:
        return self._quantified(node, True)

    def _every(self, node: tree.Every) -> Closure:
        return self._quantified(node, False)

    def _quantified(self, node: tree.Some | tree.Every, settles: bool) -> Closure:
        outer = len(self.locals)
        frames = self._iterations(node.iterations)
        (condition, cost), text = self._costed(node.condition), self.text
        del self.locals[outer:]
        other = not settles

        def decide(frame: Frame) -> Any:
            answer: bool | None = other
            try:
                for inner in frames(frame, cost):
                    found = condition(inner)
                    if found is settles:
                        return settles
                    if found is None:
                        answer = None
                    elif found is not other:
                        message = f"a {kind(found)} is neither true nor false"
                        frame[1].warn("type", message, node.condition, text)
                        return None
            except _NoItems:
                return None
            return answer

        return decide

    # --- functions

    def _function(self, node: tree.FunctionDefinition) -> Closure:
        if node.external:
            return self._external(node)
        outer = len(self.locals)
        for parameter in node.parameters:
            self.locals.append(Local(len(self.locals) + 2, parameter.name))
        body, cost = self._costed(node.body)
        del self.locals[outer:]
        try:
            types = [self._meant(parameter.type) for parameter in node.parameters]
            result = self._meant(node.result)
        except KeyError as unknown:
            return self._failing(node, "name", f"there is no type {unknown.args[0]!r}")
        parameters = tuple(
            Parameter(parameter.name, type_) for parameter, type_ in zip(node.parameters, types, strict=True)
        )

        known = result if result is not None else self.typed(node.body)

        def define(frame: Frame) -> Function:
            def invoke(run: Run, arguments: list[Any]) -> Any:
                run.spend(cost)
                bound = bind(run, parameters, arguments)
                value = body((frame[0], run, *frame[2:], *bound))
                if result is None:
                    return value
                run.look(value, result)
                return coerce(value, result)

            return Function("function", parameters, known, invoke)

        return define

    def _external(self, node: tree.FunctionDefinition) -> Closure:
        parameters = tuple(Parameter(parameter.name) for parameter in node.parameters)

        def refuse(run: Run, arguments: list[Any]) -> Any:
            raise Unfit("external functions are not supported", "unsupported")

        function = Function("external function", parameters, None, refuse)
        return lambda frame: function

    def _meant(self, node: tree.TypeNode | None) -> Type | None:
        return None if node is None else type_from(node, self.scope.types)

    def _call(self, node: tree.Call) -> Closure:
        names = [argument.name for argument in node.arguments]
        arguments = [self.compile(argument.value) for argument in node.arguments]
        text = self.text
        before = set(self.paths)
        target = self.compile(node.function)
        if isinstance(node.function, tree.Name) and self.scope.builtins.get(node.function.name):
            self.paths = before

        def call(frame: Frame) -> Any:
            function = target(frame)
            values = [argument(frame) for argument in arguments]
            run = frame[1]
            try:
                if function.__class__ is Builtin:
                    return run.apply(function, names, values)
                if not isinstance(function, Function):
                    if function is not None:
                        raise Unfit(f"a {kind(function)} is not a function")
                    return None
                return run.call(function, placed(function, names, values))
            except Unfit as unfit:
                run.warn(unfit.code, unfit.message, node, text)
                return None

        return call


class _NoItems(Exception):
    """Internal: what should be iterated over is null."""


def _any_of(tests: list[Closure], frame: Frame) -> bool | None:
    """Three-valued or."""
    answer: bool | None = False
    for test in tests:
        found = test(frame)
        if found is True:
            return True
        if found is None:
            answer = None
    return answer


def _nothing(frame: Frame) -> None:
    """The end that a comparison such as `< 5` does not have."""


def _between(span: Range, value: Any, run: Run) -> bool | None:
    return compare.equal(value, span, run) if value.__class__ is Range else compare.contains(span, value, run)


def _matches(test: Any, value: Any, in_cell: bool, run: Run) -> bool | None:
    """Whether a value passes a test that has been evaluated: equal to it, within it (table 55)."""
    if test.__class__ is Range:
        return _between(test, value, run)
    if test.__class__ is list:
        for item in test:
            run.spend()
            if compare.equal(item, value, run) is True:
                return True
            if item.__class__ is Range and compare.contains(item, value, run) is True:
                return True
        return in_cell and value.__class__ is list and compare.equal(test, value, run) is True
    return compare.equal(test, value, run)


def _item(items: list[Any], position: Decimal, run: Run, node: tree.Node, text: str) -> Any:
    """The item at a position, from 1, or from the end where negative."""
    index = int(position) if position == position.to_integral_value() and abs(position) < 10**9 else 0
    if 1 <= index <= len(items):
        return items[index - 1]
    if -len(items) <= index <= -1:
        return items[index]
    run.warn("domain", f"there is no item {position} of {len(items)}", node, text)
    return None


def _is_position(node: tree.Node) -> bool:
    """Whether a filter's condition is written as a number."""
    return isinstance(node.operand if isinstance(node, tree.Negation) else node, tree.Number)


def _reads_partial(node: tree.Node) -> bool:
    return any(isinstance(each, tree.Name) and each.name == "partial" for each in tree.walk(node))


_PRICES = {"**": 60, "/": 1}  # steps beyond that of every node
_VERDICTS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}
_QUICK: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_METHODS: Mapping[type, str] = {
    tree.Number: "_constant",
    tree.String: "_constant",
    tree.Boolean: "_constant",
    tree.Null: "_null",
    tree.At: "_at",
    tree.Name: "_name",
    tree.Input: "_input",
    tree.Negation: "_negation",
    tree.Binary: "_binary",
    tree.Comparison: "_comparison",
    tree.Between: "_between",
    tree.In: "_in",
    tree.And: "_and",
    tree.Or: "_or",
    tree.InstanceOf: "_instance",
    tree.List: "_list",
    tree.Context: "_context",
    tree.Range: "_range",
    tree.Path: "_path",
    tree.Filter: "_filter",
    tree.If: "_if",
    tree.For: "_for",
    tree.Some: "_some",
    tree.Every: "_every",
    tree.FunctionDefinition: "_function",
    tree.Call: "_call",
}
