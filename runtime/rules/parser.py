"""From tokens to the tree: a Pratt parser whose names depend on what is in scope (DMN 1.5, 10.3.1.2).

Theory of operation. An expression is a prefix (a literal, a name, a bracket, a keyword) followed by operators,
each of which binds its left side with the power of the table below; the loop in `expression` stops at the first
operator that binds weaker than its caller asked for. FEEL adds one difficulty: names may hold spaces and operator
symbols, so where a name starts, the longest one in scope that the next tokens spell is taken. After a dot the
type of what stands before it says which names there are; where nothing is known, all words up to the next keyword
are the name, because two words side by side mean nothing else in FEEL. The file is long because the grammar is:
one short method a rule.
"""

from collections.abc import Callable
from difflib import get_close_matches
from typing import NoReturn, TypeVar

from runtime.rules import tree
from runtime.rules.errors import Code, FeelSyntaxError
from runtime.rules.infer import PROPERTIES, Impossible, element_of, infer, infer_call
from runtime.rules.names import KEYWORDS, SYMBOLS, Names
from runtime.rules.scope import Scope
from runtime.rules.signatures import Builtin
from runtime.rules.temporal import parse_at
from runtime.rules.tokens import Token, number, tokens, whole
from runtime.rules.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    SIMPLE,
    STRING,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Simple,
    Type,
    bare,
    possible,
    type_from,
)

LONGEST = 262_144  # characters of one expression
DEEPEST = 60  # brackets, keywords and operators inside of each other, as parsed
LONGEST_NAME = 80  # characters of an unknown name that a message repeats
HIGHEST = 200  # levels of the tree: `1 + 1 + 1 ...` makes one each

OR, AND, COMPARISON, SUM, PRODUCT, POWER, SIGN, TYPE_TEST, POSTFIX = range(1, 10)
BINDING: dict[str, int] = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), COMPARISON),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/"), PRODUCT),
    "**": POWER,
    "instance": TYPE_TEST,
    **dict.fromkeys((".", "[", "("), POSTFIX),
}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# What cannot start an expression: a `[` before one of these closes an interval, it does not filter.
_AFTER_INTERVAL = frozenset({")", "]", "}", ",", ".", ":", "=", "!=", "*", "/", "**", "+", "<=", ">="}) | (
    KEYWORDS - {"if", "for", "some", "every", "function", "true", "false", "null"}
)

EMPTY = "this cell is empty. Enter a value, or `null`."
# Operators of other languages, and how FEEL writes them.
FOREIGN = {
    "==": "FEEL compares with a single `=`.",
    "!==": "FEEL writes `!=`.",
    "<>": "FEEL writes `!=`.",
    "&&": "FEEL writes `and`.",
    "||": "FEEL writes `or`.",
}

Node = TypeVar("Node", bound=tree.Node)
Made = TypeVar("Made")


class Parser:
    """Parses one text once. `typed` tells the type of every node made."""

    def __init__(self, text: str, scope: Scope, input_type: Type | None = None) -> None:
        if len(text) > LONGEST:
            raise FeelSyntaxError(f"longer than {LONGEST:,} characters", text, LONGEST)
        self.text = whole(text)
        self.scope = scope
        self.input_type = input_type
        self.tokens = tokens(self.text)
        self.at = 0
        self.depth = 0
        self.closing = False  # the high end of an interval is being parsed: `[` may close it
        self.layers: list[tuple[Names, bool]] = []  # local names; and whether unknown ones may be local, too
        self._types: dict[int, Type] = {}
        self._heights: dict[int, int] = {}
        self._builtins: dict[int, Builtin] = {}
        self._members = scope.members

    # --- whole texts

    def whole_expression(self) -> tree.Node:
        node = self.expression()
        self._expect_end()
        return node

    def whole_tests(self) -> tree.Tests:
        """Unary tests: the text of a cell (grammar rules 13 to 17)."""
        if self.tokens[0].text == "-" and self.tokens[1].kind == "end":
            return self._make(tree.Tests(tests=(), start=0, end=len(self.text)))
        if self._is_word("not") and self.tokens[1].text == "(" and self._closes_at_end(1):
            self.at = 2
            tests = self._tests(")")
            self._take(")")
            self._expect_end()
            return self._make(tree.Tests(tests=tests, negated=True, start=0, end=len(self.text)))
        tests = self._tests("")
        self._expect_end()
        return self._make(tree.Tests(tests=tests, start=0, end=len(self.text)))

    def check_tests(self, tests: tree.Tests, type_: Type) -> None:
        """Refuses tests that no input of `type_` can pass; for strict mode."""
        for test in tests.tests:
            if tree.reads_input(test):
                continue
            found = self.typed(test)
            wanted = element_of(found) if isinstance(bare(found), ListOf | RangeOf) else found
            if bare(found) not in (BOOLEAN, NULL) and not possible(type_, wanted):
                self._refuse(f"the value is a {type_}, never a {wanted}", test, code="type")

    def _closes_at_end(self, at: int) -> bool:
        level = 0
        for place in range(at, len(self.tokens) - 1):
            token = self.tokens[place]
            if token.kind == "operator":
                level += (token.text in "([{") - (token.text in ")]}")
            if level == 0:
                return place == len(self.tokens) - 2
        return False

    def _tests(self, closer: str) -> tuple[tree.Node, ...]:
        found = [self._test()]
        while self._accept(","):
            found.append(self._test())
        return tuple(found)

    def _test(self) -> tree.Node:
        token = self.tokens[self.at]
        if token.kind == "operator" and token.text in _COMPARISONS:
            return self._one_ended(token)
        return self.expression()

    def _one_ended(self, token: Token) -> tree.Node:
        """`< 5` and its like."""
        self.at += 1
        end = self.expression(COMPARISON)
        operator = token.text
        low = end if operator in (">", ">=", "=", "!=") else None
        high = end if operator in ("<", "<=", "=", "!=") else None
        return self._make(
            tree.Range(
                low=low,
                high=high,
                low_included=operator in (">=", "=", "!="),
                high_included=operator in ("<=", "=", "!="),
                operator=operator,  # type: ignore[arg-type]
                start=token.start,
                end=end.end,
            )
        )

    # --- the heart

    def expression(self, power: int = 0) -> tree.Node:
        """The expression that starts here, up to the first operator that binds no stronger than `power`."""
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("nested too deep")
        node = self._operators(self._prefix(), power)
        self.depth -= 1
        return node

    def _operators(self, left: tree.Node, power: int) -> tree.Node:
        """`left` with the operators that follow it."""
        while True:
            token = self.tokens[self.at]
            if token.kind not in ("operator", "word"):
                return left
            binding = BINDING.get(token.text, 0)
            if binding <= power or (token.text == "[" and self.closing and self._closes_interval()):
                return left
            left = self._infix(left, token, binding)

    def _prefix(self) -> tree.Node:
        token = self.tokens[self.at]
        if token.kind in ("word", "other"):
            return self._word(token)
        self.at += 1
        if token.kind == "number":
            value = number(token.text)
            if value is None:
                self._refuse("the number is too large", token)
            return self._make(tree.Number(value=value, start=token.start, end=token.end))
        if token.kind == "string":
            return self._make(tree.String(value=token.text, start=token.start, end=token.end))
        match token.text:
            case "-":
                operand = self.expression(POWER)
                return self._make(tree.Negation(operand=operand, start=token.start, end=operand.end))
            case "(":
                return self._nested(lambda: self._parenthesis(token))
            case "[" | "]":
                return self._nested(lambda: self._bracket(token))
            case "{":
                return self._nested(lambda: self._context(token))
            case "@":
                return self._at_literal(token)
            case "?":
                return self._make(tree.Input(start=token.start, end=token.end), self.input_type or ANY)
            case "." if self.tokens[self.at].kind == "number":
                pass
        self.at -= 1
        self._refuse(self._missing(token))

    def _missing(self, token: Token) -> str:
        """Why nothing can be read at `token`, where a value was to begin."""
        before = self.tokens[self.at - 1] if self.at else None
        if before is None:
            return EMPTY if token.kind == "end" else f"`{token.text}` cannot begin a value"
        operator = self.text[before.start : token.end]
        if operator in FOREIGN:
            return FOREIGN[operator]
        if token.kind == "end":
            return f"a value is missing after `{self.text[before.start : before.end]}`"
        return f"a value is missing before `{token.text}`"

    def _infix(self, left: tree.Node, token: Token, binding: int) -> tree.Node:
        self.at += 1
        operator = token.text
        match operator:
            case "." if token.kind == "operator":
                return self._path(left)
            case "[":
                return self._nested(lambda: self._filter(left))
            case "(":
                return self._nested(lambda: self._call(left))
            case "and" | "or":
                operands = [left, self.expression(binding)]
                while self._is_word(operator):
                    self.at += 1
                    operands.append(self.expression(binding))
                kind: type[tree.And] | type[tree.Or] = tree.And if operator == "and" else tree.Or
                return self._make(kind(operands=tuple(operands), start=left.start, end=operands[-1].end))
            case "between":
                low = self.expression(COMPARISON)
                self._take_word("and")
                high = self.expression(COMPARISON)
                return self._make(tree.Between(value=left, low=low, high=high, start=left.start, end=high.end))
            case "in":
                return self._in(left)
            case "instance":
                self._take_word("of")
                type_ = self._type()
                return self._make(tree.InstanceOf(value=left, type=type_, start=left.start, end=type_.end))
        right = self.expression(binding)
        if operator in _COMPARISONS:
            return self._make(
                tree.Comparison(
                    operator=operator,  # type: ignore[arg-type]
                    left=left,
                    right=right,
                    start=left.start,
                    end=right.end,
                )
            )
        return self._make(
            tree.Binary(operator=operator, left=left, right=right, start=left.start, end=right.end)  # type: ignore[arg-type]
        )

    def _nested(self, parse: Callable[[], Made]) -> Made:
        """Inside of brackets `[` filters again."""
        closing, self.closing = self.closing, False
        node = parse()
        self.closing = closing
        return node

    # --- words

    def _word(self, token: Token) -> tree.Node:
        name, length, type_, builtin = self._known_name()
        if length == 0 or (length == 1 and token.text in KEYWORDS):
            keyword = self._keyword(token)
            if keyword is not None:
                return keyword
        if token.kind == "other" and not length:
            self._refuse(f"{token.text!r} has no meaning here")
        extended = self._words_ahead(token, max(length, 1))
        if length and extended <= length:
            self.at += length
        else:
            # More words follow than a known name has: together they are a name that is not known (here).
            self.at += extended
            name, type_, builtin = self._spelled(token, self.tokens[self.at - 1]), ANY, None
            if name in KEYWORDS:
                self.at -= extended
                self._refuse(f"{name!r} cannot stand here")
            if not (self.scope.open or any(open_ for _, open_ in self.layers)) and self.scope.strict:
                self._refuse(self._unknown(name), token, self.tokens[self.at - 1].end, "name")
        node = tree.Name(name=name, start=token.start, end=self.tokens[self.at - 1].end)
        made = self._make(node, type_)
        if builtin is not None:
            self._builtins[id(made)] = builtin
        return made

    def _unknown(self, name: str) -> str:
        """That nothing is called `name`, and what was perhaps meant."""
        if len(name) > LONGEST_NAME:
            return f"unknown name `{name[:LONGEST_NAME]}...`."
        following = self.tokens[self.at]
        known = [*self.scope.names.types, *(each for names, _ in self.layers for each in names.types)]
        if following.kind == "operator" and following.text == "(":
            close = get_close_matches(name, self.scope.builtins, n=1)
            return f"unknown function `{name}`." + (f" Did you mean `{close[0]}`?" if close else "")
        if close := get_close_matches(name, known, n=1, cutoff=0.75):
            return f"unknown name `{name}`. Did you mean `{close[0]}`?"
        wanted = bare(self.input_type or ANY)
        if wanted not in (ANY, STRING):
            return f"unknown name `{name}`. The value is a {wanted}."
        return f'unknown name `{name}`. For text, write `"{name}"`.'

    def _known_name(self) -> tuple[str, int, Type, Builtin | None]:
        """The longest name in scope that is spelled here, inner names before outer ones."""
        best, longest = "", 0
        type_: Type = ANY
        for names, _ in reversed(self.layers):
            name, length = names.match(self.tokens, self.at)
            if length > longest:
                best, longest, type_ = name, length, names.types[name]
        name, length = self.scope.names.match(self.tokens, self.at)
        if length > longest:
            best, longest, type_ = name, length, self.scope.names.types[name]
        name, length = self.scope.builtin_names.match(self.tokens, self.at)
        if length > longest:
            # With open names a variable may have the name of a built-in.
            type_ = ANY if self.scope.open else FunctionOf(None, ANY)
            return name, length, type_, self.scope.builtins[name]
        return best, longest, type_, None

    def _words_ahead(self, token: Token, known: int) -> int:
        """How many tokens from here are words (or numbers) side by side, keywords excluded."""
        count = known
        while True:
            following = self.tokens[self.at + count]
            if (following.kind == "word" and following.text not in KEYWORDS) or (
                following.kind == "number" and following.text.isdigit() and token.kind == "word"
            ):
                count += 1
            else:
                return count

    def _spelled(self, first: Token, last: Token) -> str:
        """The text from `first` to `last`, with single spaces."""
        return " ".join(self.text[first.start : last.end].split())

    def _keyword(self, token: Token) -> tree.Node | None:
        match token.text:
            case "true" | "false":
                self.at += 1
                return self._make(tree.Boolean(value=token.text == "true", start=token.start, end=token.end))
            case "null":
                self.at += 1
                return self._make(tree.Null(start=token.start, end=token.end))
            case "if":
                return self._if(token)
            case "for":
                return self._for(token)
            case "some" | "every":
                return self._quantified(token)
            case "function" if self.tokens[self.at + 1].text == "(":
                return self._function(token)
        return None

    def _if(self, token: Token) -> tree.Node:
        self.at += 1
        condition = self.expression()
        self._take_word("then")
        then = self.expression()
        self._take_word("else")
        otherwise = self.expression()
        return self._make(
            tree.If(condition=condition, then=then, otherwise=otherwise, start=token.start, end=otherwise.end)
        )

    def _for(self, token: Token) -> tree.Node:
        iterations, layers = self._iterations("return")
        self.layers.append((Names({"partial": ListOf(ANY)}), False))
        result = self.expression()
        del self.layers[-layers - 1 :]
        return self._make(tree.For(iterations=tuple(iterations), result=result, start=token.start, end=result.end))

    def _quantified(self, token: Token) -> tree.Node:
        iterations, layers = self._iterations("satisfies")
        condition = self.expression()
        del self.layers[-layers:]
        kind = tree.Some if token.text == "some" else tree.Every
        return self._make(kind(iterations=tuple(iterations), condition=condition, start=token.start, end=condition.end))

    def _iterations(self, closer: str) -> tuple[list[tree.Iteration], int]:
        """`x in xs, y in 1..3`: each name is in scope for what follows it."""
        self.at += 1
        found: list[tree.Iteration] = []
        while True:
            start = self.tokens[self.at].start
            name = self._new_name({"in"})
            self._take_word("in")
            source = self.expression()
            until = self.expression() if self._accept("..") else None
            if until is not None and self.scope.strict:
                for end in (source, until):
                    if bare(self.typed(end)) not in (ANY, NUMBER, SIMPLE["date"]):
                        self._refuse("only numbers and dates can be counted through", end)
            found.append(
                self._make(
                    tree.Iteration(name=name, source=source, until=until, start=start, end=(until or source).end)
                )
            )
            element = bare(self.typed(source)) if until is not None else element_of(self.typed(source))
            self.layers.append((Names({name: element}), False))
            if not self._accept(","):
                break
        self._take_word(closer)
        return found, len(found)

    # --- functions

    def _function(self, token: Token) -> tree.Node:
        self.at += 2
        parameters: list[tree.Parameter] = []
        while not self._accept(")"):
            if parameters:
                self._take(",")
            first = self.tokens[self.at]
            name = self._new_name({":", ",", ")"})
            type_ = self._type() if self._accept(":") else None
            parameters.append(
                self._make(tree.Parameter(name=name, type=type_, start=first.start, end=self.tokens[self.at - 1].end))
            )
        result = self._type() if self._accept(":") else None
        external = self._is_word("external")
        if external:
            self.at += 1
        names = {
            parameter.name: self._type_meant(parameter.type) if parameter.type else ANY for parameter in parameters
        }
        self.layers.append((Names(names), False))
        body = self.expression()
        self.layers.pop()
        return self._make(
            tree.FunctionDefinition(
                parameters=tuple(parameters),
                result=result,
                body=body,
                external=external,
                start=token.start,
                end=body.end,
            )
        )

    def _type_meant(self, node: tree.TypeNode) -> Type:
        try:
            return type_from(node, self.scope.types)
        except KeyError:
            if self.scope.strict:
                self._refuse(f"there is no type {node.name!r}", node)
            return ANY

    def _call(self, function: tree.Node) -> tree.Node:
        arguments: list[tree.Argument] = []
        while not self._accept(")"):
            if arguments:
                self._take(",")
            first = self.tokens[self.at]
            name = ""
            if self._is_named_argument():
                name = self._new_name({":"})
                self._take(":")
            elif any(argument.name for argument in arguments):
                self._refuse("an argument without a name cannot follow one with a name")
            value = self.expression()
            arguments.append(self._make(tree.Argument(name=name, value=value, start=first.start, end=value.end)))
        node = tree.Call(
            function=function,
            arguments=tuple(arguments),
            start=function.start,
            end=self.tokens[self.at - 1].end,
        )
        known = self._builtins.get(id(function))
        try:
            type_ = infer_call(node, known or self.typed(function), self.typed, self.scope.strict)
        except Impossible as impossible:
            self._refuse(impossible.message, impossible.node, code=impossible.code)
        return self._make(node, type_)

    def _is_named_argument(self) -> bool:
        for token in self.tokens[self.at :]:
            if token.text == ":" and token.kind == "operator":
                return token is not self.tokens[self.at]
            if token.kind not in ("word", "number") and token.text not in SYMBOLS:
                return False
        return False

    # --- brackets

    def _parenthesis(self, opener: Token) -> tree.Node:
        """`(expression)`, the interval `(1..5]`, or the one-ended range `(< 5)`."""
        token = self.tokens[self.at]
        if token.kind == "operator" and token.text in _COMPARISONS:
            inside = self._one_ended(token)
            self._take(")")
            return inside
        inside = self.expression()
        if self._accept(".."):
            return self._interval(opener, inside)
        self._take(")")
        return inside

    def _bracket(self, opener: Token) -> tree.Node:
        """A list, or an interval that starts with `[` or `]`."""
        items: list[tree.Node] = []
        if opener.text == "[" and self._accept("]"):
            return self._make(tree.List(items=(), start=opener.start, end=self.tokens[self.at - 1].end))
        items.append(self._test())
        if self._accept(".."):
            return self._interval(opener, items[0])
        if opener.text == "]":
            self._refuse("an interval is missing here", opener)
        while not self._accept("]"):
            self._take(",")
            items.append(self._test())
        return self._make(tree.List(items=tuple(items), start=opener.start, end=self.tokens[self.at - 1].end))

    def _interval(self, opener: Token, low: tree.Node) -> tree.Node:
        self.closing = True
        high = self.expression()
        self.closing = False
        closer = self.tokens[self.at]
        if closer.kind != "operator" or closer.text not in ("]", ")", "["):
            self._refuse("the interval has no end: ] or ) is missing")
        self.at += 1
        return self._make(
            tree.Range(
                low=low,
                high=high,
                low_included=opener.text == "[",
                high_included=closer.text == "]",
                start=opener.start,
                end=closer.end,
            )
        )

    def _closes_interval(self) -> bool:
        following = self.tokens[self.at + 1]
        return following.kind == "end" or (following.kind != "string" and following.text in _AFTER_INTERVAL)

    def _in(self, left: tree.Node) -> tree.Node:
        """`in` one test, or several in parentheses."""
        opener = self.tokens[self.at]
        if self._accept("("):
            tests = self._nested(lambda: self._tests_or_more(opener))
        else:
            tests = (self._test() if opener.text in _COMPARISONS else self.expression(COMPARISON),)
        end = self.tokens[self.at - 1].end
        return self._make(tree.In(value=left, tests=tests, start=left.start, end=end))

    def _tests_or_more(self, opener: Token) -> tuple[tree.Node, ...]:
        """After `in (`: tests, an interval, or an expression that merely starts with a parenthesis."""
        test = self._test()
        if self._accept(".."):
            return (self._operators(self._interval(opener, test), COMPARISON),)
        if self._accept(")"):
            return (self._operators(test, COMPARISON),)
        self._take(",")
        tests = (test, *self._tests(")"))
        self._take(")")
        return tests

    def _context(self, opener: Token) -> tree.Node:
        entries: list[tree.Entry] = []
        above = Names({})
        self.layers.append((above, False))
        while not self._accept("}"):
            if entries:
                self._take(",")
            first = self.tokens[self.at]
            if first.kind == "string":
                self.at += 1
                key = first.text
            else:
                key = self._new_name({":"})
            self._take(":")
            if key in above.types and self.scope.strict:
                self._refuse(f"the entry {key!r} is there twice", first)
            value = self.expression()
            entries.append(self._make(tree.Entry(key=key, value=value, start=first.start, end=value.end)))
            above.add(key, self.typed(value))
        self.layers.pop()
        return self._make(tree.Context(entries=tuple(entries), start=opener.start, end=self.tokens[self.at - 1].end))

    def _filter(self, source: tree.Node) -> tree.Node:
        element = element_of(self.typed(source))
        names: dict[str, Type] = {"item": element}
        below = bare(element)
        if isinstance(below, ContextOf):
            names |= below.fields
        known = isinstance(below, ContextOf) and below.closed
        known = known or (isinstance(below, Simple) and below != ANY)
        self.layers.append((Names(names), not known))
        condition = self.expression()
        self.layers.pop()
        self._take("]")
        return self._make(
            tree.Filter(source=source, condition=condition, start=source.start, end=self.tokens[self.at - 1].end)
        )

    def _path(self, source: tree.Node) -> tree.Node:
        first = self.tokens[self.at]
        type_ = bare(self.typed(source))
        for _ in range(20):
            if not isinstance(type_, ListOf):
                break
            type_ = bare(type_.element)
        members = self._members
        if isinstance(type_, ContextOf):
            members = Names(type_.fields)
        elif isinstance(type_, RangeOf):
            members = _RANGE_MEMBERS
        elif isinstance(type_, Simple) and type_ != ANY:
            members = _MEMBERS.get(type_.name, members)
        name, length = ("", 0) if first.kind == "string" else members.match(self.tokens, self.at)
        if first.kind != "word" and not length:
            self._refuse("the name after the dot is missing")
        extended = self._words_ahead(first, max(length, 1))
        if length and extended <= length:
            self.at += length
        else:
            self.at += extended
            name = self._spelled(first, self.tokens[self.at - 1])
        return self._make(tree.Path(source=source, name=name, start=source.start, end=self.tokens[self.at - 1].end))

    def _at_literal(self, opener: Token) -> tree.Node:
        token = self.tokens[self.at]
        if token.kind != "string":
            self._refuse("a text in quotes is missing after @")
        self.at += 1
        try:
            value = parse_at(token.text)
        except ValueError as error:
            if self.scope.strict:
                self._refuse(f"{token.text!r} is {error}", token)
            value = None
        return self._make(tree.At(text=token.text, value=value, start=opener.start, end=token.end))

    # --- types (grammar rule 52)

    def _type(self) -> tree.TypeNode:
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse("nested too deep")
        node = self._type_below()
        self.depth -= 1
        return node

    def _type_below(self) -> tree.TypeNode:
        first = self.tokens[self.at]
        arguments: list[tree.TypeNode] = []
        fields: list[str] = []
        following = self.tokens[self.at + 1].text if first.kind == "word" else ""
        if first.text in ("list", "range", "context", "function") and following == "<":
            self.at += 2
            while not self._accept(">"):
                if arguments:
                    self._take(",")
                if first.text == "context":
                    fields.append(self._new_name({":"}))
                    self._take(":")
                arguments.append(self._type())
            if first.text == "function":
                self._take("->")
                arguments.append(self._type())
            name = first.text
        else:
            if first.kind != "word":
                self._refuse("a type is missing here")
            name, length = self.scope.type_names.match(self.tokens, self.at)
            if not length:
                length = self._words_ahead(first, 1)
                name = self._spelled(first, self.tokens[self.at + length - 1])
            self.at += length
            while self.tokens[self.at].text == "." and self.tokens[self.at + 1].kind == "word":
                part = self.tokens[self.at + 1]
                self.at += 1
                self.at += self._words_ahead(part, 1)
                name = f"{name}.{self._spelled(part, self.tokens[self.at - 1])}"
        node = tree.TypeNode(
            name=name,
            arguments=tuple(arguments),
            fields=tuple(fields),
            start=first.start,
            end=self.tokens[self.at - 1].end,
        )
        if self.scope.strict:
            self._type_meant(node)
        return node

    # --- small change

    def _new_name(self, closers: set[str]) -> str:
        """A name that is made here: everything up to one of `closers`."""
        first = self.tokens[self.at]
        while True:
            token = self.tokens[self.at]
            if token.text in closers and token.kind in ("operator", "word") and token is not first:
                break
            if token.kind in ("string", "end") or (token.kind == "operator" and token.text not in SYMBOLS):
                self._refuse("a name is missing here" if token is first else "this cannot be part of a name")
            self.at += 1
        return self._spelled(first, self.tokens[self.at - 1])

    def typed(self, node: tree.Node) -> Type:
        """The type of a node of this parser's tree."""
        return self._types.get(id(node), ANY)

    def _make(self, node: Node, type_: Type | None = None) -> Node:
        """Notes the type and the height of a node just made."""
        height = 1 + max((self._heights.get(id(child), 0) for child in tree.children(node)), default=0)
        if height > HIGHEST:
            self._refuse("nested too deep")
        self._heights[id(node)] = height
        if type_ is None:
            try:
                type_ = infer(node, self.typed, self.scope.strict)
            except Impossible as impossible:
                self._refuse(impossible.message, impossible.node, code=impossible.code)
        self._types[id(node)] = type_
        return node

    def _is_word(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "word" and token.text == text

    def _accept(self, operator: str) -> bool:
        token = self.tokens[self.at]
        if token.kind == "operator" and token.text == operator:
            self.at += 1
            return True
        return False

    def _take(self, operator: str) -> None:
        if not self._accept(operator):
            self._refuse(f"{operator} is missing")

    def _take_word(self, text: str) -> None:
        if not self._is_word(text):
            self._refuse(f"{text!r} is missing")
        self.at += 1

    def _expect_end(self) -> None:
        token = self.tokens[self.at]
        if token.kind == "end":
            return
        before, after = self.tokens[self.at - 1], self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        together = self.text[before.start : after.end]
        if token.text == "," and before.kind == after.kind == "number" and " " not in together:
            self._refuse(f"use a decimal point: `{together.replace(',', '.')}`", before, after.end)
        if self.text[token.start : after.end] in FOREIGN:
            self._refuse(FOREIGN[self.text[token.start : after.end]], token, after.end)
        self._refuse(
            f"`{self.text[token.start : token.end]}` is not expected here. Remove it, or write an operator before it"
        )

    def _refuse(
        self, reason: str, place: tree.Node | Token | None = None, end: int | None = None, code: Code = "syntax"
    ) -> NoReturn:
        place = place or self.tokens[self.at]
        raise FeelSyntaxError(reason, self.text, place.start, end or place.end, code)


_MEMBERS = {name: Names(properties) for name, properties in PROPERTIES.items()}
_RANGE_MEMBERS = _MEMBERS["range"]
