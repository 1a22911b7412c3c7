"""From the document of a decision table to compiled columns and rows, with every fault found on the way."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from runtime.rules import feel, shorthand, tree
from runtime.rules.budget import Budget
from runtime.rules.cells import Cell, Opaque, constant_of
from runtime.rules.cells import read as read_cell
from runtime.rules.documents import Input, Output, Table
from runtime.rules.errors import CellFault, FeelSyntaxError, TableError, sentence
from runtime.rules.index import MEMORY, Column
from runtime.rules.matching import UNREAD, InputColumn, Read
from runtime.rules.policies import RANKED
from runtime.rules.run import Run
from runtime.rules.types import ANY, SIMPLE, Simple, Type, conforms, type_from

Entries = list[tuple[Any, ...]]


class OutputColumn:
    """An output column, compiled; `values` are its allowed values in order of priority, `ranks` the same compiled."""

    def __init__(
        self,
        number: int,
        document: Output,
        type_: Type,
        allowed: feel.UnaryTests | None,
        values: Sequence[str],
        ranks: Sequence[feel.UnaryTests],
        default: feel.Expression | None,
    ) -> None:
        self.number = number
        self.document = document
        self.type = type_
        self.allowed = allowed
        self.values = tuple(values)
        self.ranks = tuple(ranks)
        self.default = default

    def rank(self, value: object, run: Run | None = None) -> int:
        """The place of `value` among the allowed values; behind them all when it is none of them.

        As part of an evaluation (`run`) it raises OutOfBudget.
        """
        for place, tests in enumerate(self.ranks):
            verdict = tests.matches(value, {}) if run is None else tests.within(run, value, {})
            if verdict is True:
                return place
        return len(self.ranks)


def read(
    document: Table, names: Any, mode: feel.Mode, given: Collection[str] | None = None
) -> tuple[list[InputColumn], list[OutputColumn], Entries]:
    """The columns of `document`, and of every row its outputs: constants, or expressions. Raises TableError."""
    reader = _Reader(document, names, mode)
    reader.check_shape()
    if given is not None:
        reader.close_names(given)
    read_inputs = [reader.input(number) for number in range(len(document.inputs))]
    read_outputs = [reader.output(number) for number in range(len(document.outputs))]
    entries = reader.entries(read_outputs)
    if reader.faults:
        raise TableError(document.name, reader.faults)
    return [each for each in read_inputs if each], [each for each in read_outputs if each], entries


class _Reader:
    def __init__(self, document: Table, names: Any, mode: feel.Mode) -> None:
        self.document = document
        self.faults: list[CellFault] = []
        self.names = feel.scope_of(names, mode)
        self.cell_names = self.names
        self.mode = mode
        self._expressions = [self._expression(number) for number in range(len(document.inputs))]
        self._constants: dict[str, Any] = {}
        self._budget = Budget()

    def check_shape(self) -> None:
        """What can be wrong with the table as a whole."""
        document = self.document
        if not document.outputs:
            self._fault("/outputs", "a table needs at least one output")
        for pointer, what, words in (
            ("/inputs", "input id", [each.id for each in document.inputs]),
            ("/outputs", "output id", [each.id for each in document.outputs]),
            ("/outputs", "output name", [each.name for each in document.outputs]),
            ("/rules", "rule id", [each.id for each in document.rules]),
        ):
            for number, word in _repeated(words):
                self._fault(f"{pointer}/{number}", f"the {what} {word!r} is used twice")
        if len(document.outputs) > 1:
            for number, output in enumerate(document.outputs):
                if not output.name:
                    self._fault(f"/outputs/{number}/name", "each of several outputs needs a name", cell=output.id)
        for row, rule in enumerate(document.rules):
            for what, cells, columns in (
                ("inputs", rule.inputs, document.inputs),
                ("outputs", rule.outputs, document.outputs),
            ):
                if len(cells) != len(columns):
                    reason = f"{len(cells)} cells for {len(columns)} {what}"
                    self._fault(f"/rules/{row}/{what}", reason, row=rule.id)
        if self.mode == "strict":
            self._check_policy()

    def _check_policy(self) -> None:
        document = self.document
        if document.hit_policy in RANKED and not any(output.allowed for output in document.outputs):
            reason = (
                f"the hit policy {document.hit_policy} needs allowed values in an output: their order is the priority"
            )
            self._fault("/hit_policy", reason)
        if document.aggregation != "list" and document.hit_policy != "collect":
            self._fault("/aggregation", f"the hit policy {document.hit_policy} does not aggregate; only collect does")
        if document.aggregation != "list" and len(document.outputs) > 1:
            self._fault("/aggregation", f"collect {document.aggregation} is not defined for several outputs")

    # --- columns

    def _expression(self, number: int) -> feel.Expression | None:
        document = self.document.inputs[number]
        try:
            return feel.compile(document.expression, self.names, self.mode)
        except FeelSyntaxError as error:
            self._misspelt(error, f"/inputs/{number}/expression", "", document.id, document.expression)
            return None

    def close_names(self, given: Collection[str]) -> None:
        """Cells and allowed values may read what the columns read, and what is `given` anyway: so a text without its
        quotes is an unknown name. Where a column cannot be read nobody knows what the others may."""
        if all(self._expressions):
            read = {path[0] for each in self._expressions if each for path in each.paths}
            self.cell_names = feel.scope_of(sorted(read.union(given)), self.mode)

    def input(self, number: int) -> InputColumn | None:
        document = self.document.inputs[number]
        type_ = self._type(document.type, f"/inputs/{number}/type", document.id)
        expression = self._expressions[number]
        allowed = None
        with self._at(f"/inputs/{number}/allowed", "", document.id, document.allowed):
            allowed = self._tests(document.allowed, type_) if document.allowed.strip() else None
        cells, which, tests = self._cells(number, document, type_)
        if expression is None:
            return None
        gate = None if allowed is None else read_cell(allowed.tree, self._constant(document.allowed))
        memory = MEMORY // max(1, len(self.document.inputs))
        name = expression.tree.name if isinstance(expression.tree, tree.Name) else ""
        column = Column(cells, which, gate, memory)
        return InputColumn(number, document, name, _read(expression), expression, type_, column, tests, allowed, gate)

    def _cells(
        self, number: int, document: Input, type_: Type
    ) -> tuple[list[Cell | None], list[int], Callable[[int], feel.UnaryTests]]:
        """The distinct cells of an input column, which one each row has, and what compiles the cell of a row."""
        rules = self.document.rules
        compiled: dict[str, feel.UnaryTests] = {}
        places: dict[str, int] = {}
        cells: list[Cell | None] = []
        which: list[int] = []
        for row, rule in enumerate(rules):
            text = rule.inputs[number] if number < len(rule.inputs) else "-"
            place = places.get(text)
            if place is None:
                place = places[text] = len(cells)
                cell = shorthand.read(text, type_.name) if isinstance(type_, Simple) else None
                if cell is None:
                    with self._at(f"/rules/{row}/inputs/{number}", rule.id, document.id, text):
                        tests = self._tests(text, type_)
                        cell = read_cell(tests.tree, self._constant(text))
                        if cell is None:
                            compiled[text] = tests
                cells.append(cell)
            which.append(place)

        def tests_of(row: int) -> feel.UnaryTests:
            text = rules[row].inputs[number]
            if text not in compiled:
                compiled[text] = self._tests(text, type_)
            return compiled[text]

        return cells, which, tests_of

    def output(self, number: int) -> OutputColumn | None:
        document = self.document.outputs[number]
        type_ = self._type(document.type, f"/outputs/{number}/type", document.id)
        allowed, default = None, None
        values: list[str] = []
        with self._at(f"/outputs/{number}/allowed", "", document.id, document.allowed):
            if document.allowed.strip():
                allowed = self._tests(document.allowed, type_)
                if not allowed.tree.negated:
                    values = [document.allowed[each.start : each.end] for each in allowed.tree.tests]
        with self._at(f"/outputs/{number}/default", "", document.id, document.default):
            default = feel.compile(document.default, self.cell_names, self.mode) if document.default.strip() else None
        ranks = [self._tests(each, type_) for each in values]
        return OutputColumn(number, document, type_, allowed, values, ranks, default)

    def entries(self, outputs: Sequence[OutputColumn | None]) -> Entries:
        """The outputs of every row; a constant that its column does not allow is a fault."""
        rules = self.document.rules
        columns = []
        for column in outputs:
            if column is None:
                continue
            seen: dict[str, Any] = {}
            values = []
            for row, rule in enumerate(rules):
                text = rule.outputs[column.number] if column.number < len(rule.outputs) else "null"
                if text not in seen:
                    seen[text] = None
                    with self._at(f"/rules/{row}/outputs/{column.number}", rule.id, column.document.id, text):
                        seen[text] = self._entry(text, column)
                values.append(seen[text])
            columns.append(values)
        return list(zip(*columns, strict=True)) if columns else [()] * len(rules)

    def _entry(self, text: str, column: OutputColumn) -> Any:
        plain = shorthand.literal(text)
        if plain is not None and column.allowed is None and conforms(plain, column.type):
            return plain
        expression = feel.compile(text, self.cell_names, self.mode)
        try:
            value = constant_of(expression.tree, self._constant(text))
        except Opaque:
            return expression
        if value is None:
            return None
        if not conforms(value, column.type):
            return self._refused(expression, f"the type of the column is {column.document.type}", text)
        if column.allowed is not None and column.allowed.matches(value, {}, budget=self._budget) is not True:
            return self._refused(expression, f"the allowed values of the column are {column.document.allowed}", text)
        return value

    def _refused(self, expression: feel.Expression, reason: str, text: str) -> feel.Expression:
        """In strict mode a fault; in standard mode evaluation makes it null, with a warning."""
        if self.mode == "strict":
            raise FeelSyntaxError(f"{text} is not possible here: {reason}", text, 0, len(text))
        return expression

    # --- words

    def _tests(self, text: str, type_: Type) -> feel.UnaryTests:
        return feel.compile_tests(text, self.cell_names, self.mode, type=type_)

    def _constant(self, text: str) -> Callable[[tree.Node], object]:
        """What evaluates a part of `text` that is made of literals; a name of ours that hides a built-in is none."""

        def value(node: tree.Node) -> object:
            part = text[node.start : node.end]
            if part not in self._constants:
                self._constants[part] = feel.compile(part, mode="standard").evaluate({}, budget=self._budget).value
            return self._constants[part]

        return value

    def _type(self, text: str, pointer: str, cell: str) -> Type:
        """The FEEL type called `text`; one that FEEL does not know is a fault, in standard mode a model's own."""
        if text in SIMPLE:
            return SIMPLE[text]
        try:
            node = feel.compile(f"null instance of {text}", mode="standard").tree
            if isinstance(node, tree.InstanceOf):
                return type_from(node.type, {})
        except (FeelSyntaxError, KeyError):
            pass
        if self.mode == "strict":
            self._fault(
                pointer, f"{text!r} is no type; known are {', '.join(SIMPLE)} and such as list<string>", cell=cell
            )
        return ANY

    def _fault(self, pointer: str, reason: str, row: str = "", cell: str = "") -> None:
        self.faults.append(CellFault(pointer=pointer, reason=sentence(reason), row=row, cell=cell))

    @contextmanager
    def _at(self, pointer: str, row: str, cell: str, text: str) -> Iterator[None]:
        """Turns a syntax error below into a fault at this place."""
        try:
            yield
        except FeelSyntaxError as error:
            self._misspelt(error, pointer, row, cell, text)

    def _misspelt(self, error: FeelSyntaxError, pointer: str, row: str, cell: str, text: str) -> None:
        self.faults.append(
            CellFault(
                pointer=pointer,
                reason=error.reason,
                row=row,
                cell=cell,
                text=text,
                line=error.line,
                column=error.column,
                length=error.length,
            )
        )


def _read(expression: feel.Expression) -> Read:
    """What gives the value of `expression`: for a path of names without evaluating it, where all it meets are dicts."""
    fields: list[str] = []
    node = expression.tree
    while isinstance(node, tree.Path):
        fields.insert(0, node.name)
        node = node.source
    if not fields or not isinstance(node, tree.Name):
        return lambda inputs: UNREAD
    name = node.name

    def read_path(inputs: Mapping[str, Any]) -> Any:
        value = inputs.get(name)
        for field in fields:
            if type(value) is not dict or field not in value:
                return UNREAD
            value = value[field]
        return value

    return read_path


def _repeated(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for number, word in enumerate(words):
        if word and word in seen:
            yield number, word
        seen.add(word)
