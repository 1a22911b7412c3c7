"""DMN models: loaded from XML, evaluated by the names of their decisions, services and business knowledge (DMN 1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from runtime.rules.boxed import Compiled, Compiler, Evaluation, Scope
from runtime.rules.budget import Budget
from runtime.rules.errors import ModelError, OutOfBudget, RuleWarning, Unfit
from runtime.rules.itemtypes import ItemTypes
from runtime.rules.run import bind
from runtime.rules.scope import Vocabulary
from runtime.rules.types import ANY, ContextOf, FunctionOf, Type, bare
from runtime.rules.values import Function, Parameter, plain
from runtime.rules.xml import Element, child, children, line_of, local, parse

_MOST_WAYS = 64
INVOCABLE = ("decision", "businessKnowledgeModel", "decisionService")


class Result(Struct, frozen=True):
    """What a model answered: a FEEL value, why parts of it are null, and what every table on the way saw."""

    value: Any
    warnings: tuple[RuleWarning, ...]
    trace: dict[str, Any]


def load(xml: bytes | str, imports: Mapping[str, bytes | str] | None = None) -> Model:
    """The model in a DMN file of version 1.1 to 1.5; `imports` are the files it may import, by namespace.

    Raises ModelError, which says what is wrong and where, also for models that import each other in a circle.
    """
    return _Loader(imports or {}).load(xml, ())


class _Loader:
    """Loads a model with what it imports, from `files`.

    What is imported on several ways has inputs of its own on each of them, `B.lib.name` and `C.lib.name`, so it is
    made anew for each; in a model with very many ways only for the first of them.
    """

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self._files = files
        self._loaded: dict[str, Model] = {}
        self._ways = 0

    def load(self, xml: bytes | str, above: tuple[str, ...]) -> Model:
        """The model; `above` are the namespaces of the models that led to it."""
        definitions = parse(xml)
        namespace = definitions.get("namespace", "")
        if namespace in above:
            raise ModelError(f"models import each other in a circle: {' -> '.join((*above, namespace))}")
        imported = {}
        for element in children(definitions, "import"):
            wanted = element.get("namespace", "")
            if "DMN" not in element.get("importType", ""):
                continue  # PMML, XML schema: nothing here can use them
            if wanted not in self._files:
                raise ModelError(
                    f"the imported model {wanted!r} (line {line_of(element)}) was not given; hand its file in"
                )
            if wanted not in self._loaded or self._ways < _MOST_WAYS:
                self._ways += 1
                self._loaded[wanted] = self.load(self._files[wanted], (*above, namespace))
            imported[element.get("name", "")] = self._loaded[wanted]
        return Model(definitions, imported)


class Node:
    """A decision, input, business knowledge model or decision service, and what it requires."""

    def __init__(self, model: Model, element: Element) -> None:
        self.model = model
        self.element = element
        self.kind = local(element)
        self.name = element.get("name", "").strip()
        variable = child(element, "variable")
        self.variable = (variable.get("name") if variable is not None else None) or self.name
        self.variable = self.variable.strip()
        self.type = model.types.get(variable.get("typeRef") if variable is not None else None)
        self.requires: list[Node] = []
        self.compiled: Compiled | None = None
        self.found: Type = ANY

    @property
    def shape(self) -> Type:
        """The type of its value: as declared, else as far as its expression tells."""
        return self.found if self.type is ANY else self.type


class Model:
    """A loaded model. Nothing in it changes by evaluating, so threads may share it."""

    def __init__(self, definitions: Element, imported: Mapping[str, Model]) -> None:
        self.name = definitions.get("name", "")
        self.namespace = definitions.get("namespace", "")
        self.imported = dict(imported)
        self.types: ItemTypes = ItemTypes(definitions, {prefix: model.types for prefix, model in imported.items()})
        self.members: set[str] = _members(definitions).union(*(model.members for model in imported.values()))
        self._compiler = Compiler(self.types, Vocabulary(self.types.named(), sorted(self.members)))
        self.nodes: dict[str, Node] = {}  # by id
        self._named: dict[str, Node] = {}
        for element in children(definitions):
            if local(element) in (*INVOCABLE, "inputData"):
                node = Node(self, element)
                self.nodes[element.get("id") or f"{node.kind}:{node.name}"] = node
                if node.name not in self._named or node.kind in INVOCABLE:
                    self._named[node.name] = node
        for node in self.nodes.values():
            node.requires = [self._referenced(href) for href in _required(node.element)]
        for node in _in_order(self.nodes.values()):
            if node.model is self:
                self._compile(node)

    @property
    def warnings(self) -> tuple[RuleWarning, ...]:
        """What was found in the file that can only be ignored, such as types that it does not define."""
        return tuple(self.types.warnings)

    # --- loading

    def _referenced(self, element: Element) -> Node:
        href = element.get("href", "")
        namespace, _, id_ = href.rpartition("#")
        models = [self] if namespace in ("", self.namespace) else [m for m in self._all() if m.namespace == namespace]
        for model in sorted(models, key=lambda model: len(self._path_to(model))):
            if id_ in model.nodes:
                return model.nodes[id_]
        raise ModelError(f"{href!r} (line {line_of(element)}) refers to nothing in the model or its imports")

    def _all(self) -> list[Model]:
        """This model and all it imports, directly or not; each once."""
        found: dict[int, Model] = {}
        pending = [self]
        while pending:
            model = pending.pop()
            if id(model) not in found:
                found[id(model)] = model
                pending.extend(model.imported.values())
        return list(found.values())

    def _compile(self, node: Node) -> None:
        names = self._names(node)
        if node.kind == "businessKnowledgeModel":
            logic = child(node.element, "encapsulatedLogic")
            if logic is not None:
                # The type of its variable is that of the function, but many tools write what the function gives.
                result = ANY if isinstance(bare(node.type), FunctionOf) else node.type
                node.compiled, _ = self._compiler.function(logic, names, node.name, result)
        elif node.kind == "decision":
            node.compiled, node.found = self._compiler.below(node.element, names, node.name)

    def _names(self, node: Node) -> dict[str, Type]:
        """What the expression of a node may speak of; things imported stand under the name of their import."""
        names: dict[str, Type] = {}
        imported: dict[str, dict[str, Type]] = {}
        for required in node.requires:
            prefix = self._prefix(required)
            (imported.setdefault(prefix, {}) if prefix else names)[required.variable] = required.shape
        if node.kind == "businessKnowledgeModel":
            names[node.variable] = ANY
        return names | {prefix: ContextOf(fields) for prefix, fields in imported.items()}

    def _prefix(self, node: Node) -> str:
        """The name of the import that a node came in by; empty for our own."""
        return next((prefix for prefix, model in self.imported.items() if node.model in model._all()), "")

    # --- evaluating

    def evaluate(
        self, name: str, inputs: Mapping[str, Any], now: datetime | None = None, budget: Budget | None = None
    ) -> Result:
        """The value of a decision, decision service or business knowledge model for `inputs`, by name.

        Inputs of imported models may stand under the name of their import. Bad data gives null and a warning that
        names the decision. Raises ModelError for a name the model does not have.
        """
        node = self._find(name)
        evaluation = Evaluation(now, budget or Budget())
        try:
            value = self._value(node, evaluation, dict(inputs))
            if node.kind not in ("decision", "inputData"):
                arguments = [plain(inputs.get(parameter.name)) for parameter in value.parameters]
                value = evaluation.call(value, arguments)
        except Unfit as unfit:
            evaluation.note(f"{name}: {unfit.message}", name, unfit.code)
            value = None
        except OutOfBudget as limit:
            evaluation.note(f"{name}: {limit}", name, "limit")
            value = None
        except RecursionError:
            evaluation.note(f"{name} goes too deep", name, "limit")
            value = None
        finally:
            evaluation.close()
        return Result(value, tuple(evaluation.warnings), evaluation.trace)

    def _find(self, name: str) -> Node:
        """The node of that name: our own, "import.name", or "{namespace}name"."""
        node = self._named.get(name)
        if node is not None:
            return node
        if name.startswith("{"):
            namespace, _, rest = name[1:].partition("}")
            for model in self._all():
                if model.namespace == namespace and rest in model._named:
                    return model._named[rest]
        for prefix, model in self.imported.items():
            if name.startswith(f"{prefix}."):
                return model._find(name[len(prefix) + 1 :])
        raise ModelError(f"the model has no decision, service or knowledge called {name!r}")

    def _value(self, wanted: Node, evaluation: Evaluation, inputs: Scope) -> Any:
        """What a node is worth: an input its (checked) value, a decision its decision, the others a function."""
        decided = evaluation.decided
        for node in _in_order([wanted], decided):
            if node.kind == "inputData":
                value = evaluation.coerced(self._input(node, inputs, evaluation), node.type, node.name)
            elif node.kind == "decision":
                assert node.compiled is not None
                scope = node.model._scope(node, decided)
                value = evaluation.coerced(node.compiled(evaluation, scope), node.type, node.name)
            elif node.kind == "decisionService":
                value = node.model._service(node, evaluation, inputs)
            else:
                value = node.model._knowledge(node, evaluation)
            decided[id(node)] = value
        return decided[id(wanted)]

    def _input(self, node: Node, inputs: Scope, evaluation: Evaluation) -> Any:
        """The value given for an input: under its name, its namespace and name, or the names of the imports."""
        for name in (f"{{{node.model.namespace}}}{node.name}", node.name):
            if name in inputs:
                return plain(inputs[name])
        within: Any = inputs
        for name in (*self._path_to(node.model), node.name):
            within = within.get(name) if isinstance(within, Mapping) else None
        if within is None and node.model is self:
            evaluation.note(f"the input {node.name!r} was not given", node.name, "name")
        return plain(within)

    def _path_to(self, wanted: Model) -> tuple[str, ...]:
        """The names of the imports that lead to a model."""
        if wanted is self:
            return ()
        return next(
            ((prefix, *model._path_to(wanted)) for prefix, model in self.imported.items() if wanted in model._all()), ()
        )

    def _scope(self, node: Node, decided: Mapping[int, Any]) -> Scope:
        """The values of what a node requires, those of imported models in contexts by the names of the imports."""
        scope: Scope = {}
        for required in node.requires:
            prefix = self._prefix(required)
            place = scope.setdefault(prefix, {}) if prefix else scope
            place[required.variable] = decided.get(id(required))
        return scope

    def _knowledge(self, node: Node, evaluation: Evaluation) -> Function:
        if node.compiled is None:
            return Function(node.name, (), None, lambda run, arguments: None)
        # The function sees itself, and what it requires: knowledge may be recursive, also through others, so that
        # what it requires may be there only after it.
        scope = _Seen(node, evaluation.decided)
        function: Function = node.compiled(evaluation, scope)
        scope.function = function
        return function

    def _service(self, node: Node, evaluation: Evaluation, inputs: Scope) -> Function:
        """A decision service as a function of its input data and then its input decisions (DMN 1.5, 10.4)."""
        given = [
            self._referenced(each) for part in ("inputData", "inputDecision") for each in children(node.element, part)
        ]
        outputs = [self._referenced(each) for each in children(node.element, "outputDecision")]

        def invoke(run: Any, arguments: list[Any]) -> Any:
            inner = Evaluation(run.now, run.budget)
            inner.warnings, inner.trace = run.warnings, evaluation.trace
            inner.depth, inner.steps, inner.reserve = run.depth, run.steps, run.reserve
            for parameter, argument in zip(given, bind(inner, parameters, arguments), strict=True):
                inner.decided[id(parameter)] = argument
            try:
                values = {output.variable: self._value(output, inner, inputs) for output in outputs}
            finally:
                run.steps, run.reserve = inner.steps, inner.reserve
            value = values if len(outputs) != 1 else next(iter(values.values()))
            type_ = bare(node.type)
            return inner.coerced(value, type_.result if isinstance(type_, FunctionOf) else node.type, node.name)

        parameters = tuple(Parameter(each.variable, None if each.type is ANY else each.type) for each in given)
        return Function(node.name, parameters, None, invoke)


class _Seen(dict[str, Any]):
    """The scope of business knowledge, looked up when the function is called: by then all is decided."""

    def __init__(self, node: Node, decided: Mapping[int, Any]) -> None:
        super().__init__()
        self.node = node
        self.decided = decided
        self.function: Function | None = None

    def seen(self) -> Scope:
        return {**self.node.model._scope(self.node, self.decided), self.node.variable: self.function}


def _in_order(nodes: Iterable[Node], decided: Mapping[int, Any] | None = None) -> list[Node]:
    """The nodes and all they require, each after what it requires; without what is decided.

    Raises ModelError where decisions require each other in a circle; knowledge may.
    """
    order: list[Node] = []
    done = set(decided or ())
    for first in nodes:
        if id(first) in done:
            continue
        pending = [(first, iter(first.requires))]
        open_ = {id(first)}
        while pending:
            node, rest = pending[-1]
            required = next((each for each in rest if id(each) not in done), None)
            if required is None:
                pending.pop()
                done.add(id(node))
                order.append(node)
            elif id(required) not in open_:
                open_.add(id(required))
                pending.append((required, iter(required.requires)))
            elif required.kind == "decision":
                raise ModelError(
                    f"decision {required.name!r} (line {line_of(required.element)}) requires itself in a circle"
                )
    return order


def _members(definitions: Element) -> set[str]:
    """Every name that a field of a value may have: of types, variables, columns and outputs."""
    tags = {"itemComponent", "variable", "column", "output"}
    return {
        name.strip()
        for element in definitions.iter()
        if isinstance(element.tag, str) and local(element) in tags and (name := element.get("name"))
    }


def _required(element: Element) -> list[Element]:
    """The references of a node to what it requires, in the order in which they stand."""
    return [
        reference
        for part in ("informationRequirement", "knowledgeRequirement")
        for requirement in children(element, part)
        for reference in children(requirement)
        if local(reference) in ("requiredInput", "requiredDecision", "requiredKnowledge")
    ]
