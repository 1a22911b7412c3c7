"""Models in the standard's XML are loaded safely, and answer for their decisions, services and knowledge."""

from typing import Any
from xml.sax.saxutils import escape

import pytest

from runtime.rules import dmn
from runtime.rules.errors import ModelError
from runtime.rules.xml import NAMESPACES

V15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = "urn:m", version: str = V15, name: str = "m") -> str:
    return f'<definitions xmlns="{version}" name="{name}" namespace="{namespace}">{"".join(parts)}</definitions>'


def an_input(name: str, type_: str = "") -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}"{ref(type_)}/></inputData>'


def a_decision(name: str, logic: str, needs: tuple[str, ...] = (), knows: tuple[str, ...] = (), type_: str = "") -> str:
    """`needs` are names of decisions (or, with a leading >, of inputs); `knows` of knowledge."""
    kinds = [("Input", each[1:]) if each.startswith(">") else ("Decision", each) for each in needs]
    required = "".join(
        f'<informationRequirement><required{kind} href="{href(each)}"/></informationRequirement>'
        for kind, each in kinds
    )
    known = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href(each)}"/></knowledgeRequirement>' for each in knows
    )
    variable = f'<variable name="{name}"{ref(type_)}/>'
    return f'<decision id="{name}" name="{name}">{variable}{required}{known}{boxed(logic)}</decision>'


def knowledge(
    name: str, parameters: str, logic: str, knows: tuple[str, ...] = (), type_: str = "", parameter_type: str = ""
) -> str:
    formal = "".join(f'<formalParameter name="{each}"{ref(parameter_type)}/>' for each in parameters.split())
    known = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href(each)}"/></knowledgeRequirement>' for each in knows
    )
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic{ref(type_)}>{formal}{boxed(logic)}</encapsulatedLogic>{known}</businessKnowledgeModel>"
    )


def ref(type_: str) -> str:
    return f' typeRef="{type_}"' if type_ else ""


def href(name: str) -> str:
    return name if "#" in name else f"#{name}"


def boxed(logic: str) -> str:
    if not logic or logic.startswith("<"):
        return logic
    return f"<literalExpression><text>{escape(logic)}</text></literalExpression>"


def decided(xml: str, name: str, **inputs: Any) -> Any:
    return dmn.load(xml).evaluate(name, inputs).value


# --- reading


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_models_of_all_versions_are_read(namespace: str) -> None:
    assert decided(model(a_decision("d", "1 + 1"), version=namespace), "d") == 2


def test_entity_bombs_and_foreign_files_are_refused() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    foreign = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    for start in (bomb, foreign):
        with pytest.raises(ModelError, match="document type declaration"):
            dmn.load(start + model(a_decision("d", "1")))


@pytest.mark.parametrize("xml", ["", "<a", "<a/>", "<definitions xmlns='urn:other'/>", "nothing", "<a>" * 10_000])
def test_what_is_no_model_is_refused(xml: str) -> None:
    with pytest.raises(ModelError):
        dmn.load(xml)


def test_decisions_that_require_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(ModelError, match=r"decision 'a' .* requires itself in a circle"):
        dmn.load(model(a_decision("a", "b", ("b",)), a_decision("b", "a", ("a",))))


def test_models_that_import_each_other_in_a_circle_are_refused() -> None:
    files = {f"urn:{one}": importing(f"urn:{other}", namespace=f"urn:{one}") for one, other in ("ab", "ba")}

    with pytest.raises(ModelError, match="import each other in a circle: urn:a -> urn:b -> urn:a"):
        dmn.load(files["urn:a"], files)


def test_a_model_that_is_imported_on_very_many_ways_is_not_loaded_for_each() -> None:
    files = {"urn:0": model(a_decision("d", "1"), namespace="urn:0")}
    for number in range(1, 30):
        imports = [an_import(f"urn:{number - 1}", f"{way}") for way in ("left", "right")]
        files[f"urn:{number}"] = model(*imports, namespace=f"urn:{number}")

    assert dmn.load(files["urn:29"], files).evaluate(".".join(["left"] * 29 + ["d"]), {}).value == 1


def test_a_missing_import_and_a_missing_requirement_are_refused() -> None:
    with pytest.raises(ModelError, match=r"'urn:x' .* was not given"):
        dmn.load(importing("urn:x"))
    with pytest.raises(ModelError, match=r"'#nothing' .* refers to nothing"):
        dmn.load(model(a_decision("a", "1", ("nothing",))))


def test_a_type_that_does_not_exist_is_a_warning_of_the_model() -> None:
    loaded = dmn.load(model(a_decision("a", "1", type_="tNothing")))

    assert loaded.evaluate("a", {}).value == 1
    assert "there is no type 'tNothing'" in loaded.warnings[0].message


def test_a_decision_that_does_not_parse_is_null_and_leaves_the_others_alone() -> None:
    loaded = dmn.load(model(a_decision("bad", "1 +"), a_decision("good", "2")))
    result = loaded.evaluate("bad", {})

    assert (result.value, result.warnings[0].code, result.warnings[0].where) == (None, "syntax", "bad")
    assert loaded.evaluate("good", {}).value == 2


def test_a_name_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ModelError, match="no decision, service or knowledge called 'x'"):
        dmn.load(model()).evaluate("x", {})


# --- requirements


def test_a_decision_sees_what_it_requires_and_nothing_else() -> None:
    parts = (an_input("a"), an_input("b"), a_decision("d", "a + 1", (">a",)), a_decision("e", "d + b", ("d",)))
    result = dmn.load(model(*parts)).evaluate("e", {"a": 1, "b": 2})

    assert result.value is None
    assert result.warnings[0].message == "there is no 'b'"
    assert decided(model(*parts), "d", a=1) == 2


def test_a_chain_of_a_thousand_decisions_is_no_problem() -> None:
    chain = [a_decision("d0", "0")]
    chain += [a_decision(f"d{n}", f"d{n - 1} + 1", (f"d{n - 1}",)) for n in range(1, 1000)]

    assert decided(model(*reversed(chain)), "d999") == 999


def test_a_missing_input_is_null_with_a_warning() -> None:
    result = dmn.load(model(an_input("a"), a_decision("d", "a", (">a",)))).evaluate("d", {})

    assert result.value is None
    assert result.warnings[0].message == "the input 'a' was not given"


def test_warnings_name_the_decision_they_come_from() -> None:
    parts = (a_decision("inner", '1 + "a"'), a_decision("outer", "inner = null", ("inner",)))
    result = dmn.load(model(*parts)).evaluate("outer", {})

    assert result.value is True
    assert [(warning.where, warning.text[warning.start : warning.end]) for warning in result.warnings] == [
        ("inner", '1 + "a"')
    ]


# --- types

TYPES = """
<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>
</itemDefinition>
<itemDefinition name="tAges" isCollection="true"><typeRef>tAge</typeRef></itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="first name"><typeRef>string</typeRef></itemComponent>
<itemComponent name="age"><typeRef>tAge</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef>
<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
"""
ANN = {"first name": "Ann", "age": 7}


@pytest.mark.parametrize(
    ("type_", "logic", "value"),
    [
        ("number", "1", 1),
        ("number", '"a"', None),
        ("number", "[1]", 1),
        ("number", "[1, 2]", None),
        ("tAge", "150", 150),
        ("tAge", "151", None),
        ("tAges", "[1, 2]", [1, 2]),
        ("tAges", "[1, 200]", None),
        ("tAges", "5", [5]),
        ("tPerson", '{"first name": "Ann", age: 7}', ANN),
        ("tPerson", '{"first name": "Ann"}', None),
        ("tPerson", '{"first name": 1, age: 7}', None),
        ("tPeople", '[{"first name": "Ann", age: 7}]', [ANN]),
        ("tPeople", 'for i in 1..3 return {"first name": "Ann", age: 7}', None),
        ("date and time", 'string(date("2024-01-01"))', None),
        ("feel:string", '"x"', "x"),
        ("Any", "1", 1),
    ],
)
def test_a_value_that_is_not_of_the_declared_type_is_null(type_: str, logic: str, value: Any) -> None:
    assert decided(model(TYPES, a_decision("d", logic, type_=type_)), "d") == value


def test_an_input_is_checked_like_a_decision() -> None:
    parts = (TYPES, an_input("age", "tAge"), a_decision("d", "age", (">age",)))

    assert decided(model(*parts), "d", age=7) == 7
    assert decided(model(*parts), "d", age=200) is None
    assert decided(model(*parts), "d", age=[7]) == 7


def test_types_of_the_model_make_its_names_known() -> None:
    parts = (TYPES, an_input("p", "tPerson"), a_decision("d", 'p.first name + "!"', (">p",)))

    assert decided(model(*parts), "d", p=ANN) == "Ann!"
    assert decided(model(*parts, a_decision("e", "p instance of tPerson", (">p",))), "e", p=ANN) is True


# --- knowledge and services

FACTORIAL = knowledge("fact", "n", "if n = 0 then 1 else n * fact(n - 1)")


def test_knowledge_is_called_by_position_by_name_and_from_outside() -> None:
    parts = (knowledge("area", "width height", "width * height"), a_decision("d", "area(2, 3)", knows=("area",)))

    assert decided(model(*parts), "d") == 6
    assert decided(model(*parts), "area", width=4, height=5) == 20


def test_knowledge_may_call_itself_and_others_that_call_it() -> None:
    even = knowledge("is even", "n", "if n = 0 then true else is odd(n - 1)", knows=("is odd",))
    odd = knowledge("is odd", "n", "if n = 0 then false else is even(n - 1)", knows=("is even",))

    assert decided(model(FACTORIAL), "fact", n=10) == 3628800
    assert decided(model(even, odd), "is even", n=10) is True


@pytest.mark.parametrize("logic", ["again(n + 1)", "again(n) + again(n)", "for i in 1..1000 return again(n)"])
def test_a_recursion_without_an_end_is_null_with_a_warning(logic: str) -> None:
    result = dmn.load(model(knowledge("again", "n", logic))).evaluate("again", {"n": 1})

    assert result.value is None
    assert result.warnings[-1].code == "limit"


def test_an_argument_of_a_wrong_type_makes_the_call_null() -> None:
    parts = (knowledge("f", "n", "n = null", parameter_type="number"), a_decision("d", 'f("a")', knows=("f",)))

    assert decided(model(*parts), "d") is None


def test_a_result_of_a_wrong_type_is_null() -> None:
    assert decided(model(knowledge("f", "n", "n", type_="string")), "f", n=1) is None


def test_functions_in_other_languages_are_null_with_a_warning() -> None:
    logic = '<functionDefinition kind="Java"><formalParameter name="a"/></functionDefinition>'
    result = dmn.load(model(f'<decision id="d" name="d">{logic}</decision>')).evaluate("d", {})

    assert callable(result.value.invoke)


SERVICE = """
<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#out"/><encapsulatedDecision href="#mid"/>
<inputDecision href="#given"/><inputData href="#a"/></decisionService>
"""
SERVED = (
    an_input("a"),
    a_decision("given", "100"),
    a_decision("mid", "a + given", (">a", "given")),
    a_decision("out", "mid * 2", ("mid",)),
    SERVICE,
)


def test_a_service_takes_its_input_data_and_then_its_input_decisions() -> None:
    calling = a_decision("d", "s(1, 2)", knows=("s",))

    assert decided(model(*SERVED), "s", a=1, given=2) == 6
    assert decided(model(*SERVED, calling), "d") == 6
    assert decided(model(*SERVED), "out", a=1) == 202


# --- boxed expressions


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        ("<list>" + boxed("1") + boxed('"a"') + "</list>", [1, "a"]),
        (
            '<context><contextEntry><variable name="x"/>' + boxed("1") + "</contextEntry>"
            '<contextEntry><variable name="y"/>' + boxed("x + 1") + "</contextEntry></context>",
            {"x": 1, "y": 2},
        ),
        (
            '<context><contextEntry><variable name="x"/>' + boxed("1") + "</contextEntry>"
            "<contextEntry>" + boxed("x + 2") + "</contextEntry></context>",
            3,
        ),
        (
            '<relation><column name="a"/><column name="b"/><row>' + boxed("1") + boxed("2") + "</row></relation>",
            [{"a": 1, "b": 2}],
        ),
        ("<conditional><if>" + boxed("1 > 2") + "</if><then>" + boxed("1") + "</then><else>" + boxed("2")
         + "</else></conditional>", 2),
        ("<filter><in>" + boxed("[1, 2, 3]") + "</in><match>" + boxed("item > 1") + "</match></filter>", [2, 3]),
        ("<filter><in>" + boxed("[{n: 1}, {n: 2}]") + "</in><match>" + boxed("n > 1") + "</match></filter>",
         [{"n": 2}]),
        ('<for iteratorVariable="i"><in>' + boxed("1..3") + "</in><return>" + boxed("i") + "</return></for>", None),
        ('<for iteratorVariable="i"><in>' + boxed("[1..3]") + "</in><return>" + boxed("i * i") + "</return></for>",
         [1, 4, 9]),
        ('<for iteratorVariable="i"><in>' + boxed("[1, 2]") + "</in><return>" + boxed("count(partial)")
         + "</return></for>", [0, 1]),
        ('<some iteratorVariable="i"><in>' + boxed("[1, 2]") + "</in><satisfies>" + boxed("i > 1")
         + "</satisfies></some>", True),
        ('<every iteratorVariable="i"><in>' + boxed("[1, null]") + "</in><satisfies>" + boxed("i > 0")
         + "</satisfies></every>", None),
        ("<invocation>" + boxed("abs") + '<binding><parameter name="n"/>' + boxed("-1") + "</binding></invocation>", 1),
        ("<invocation>" + boxed("abs") + '<binding><parameter name="x"/>' + boxed("-1") + "</binding></invocation>",
         None),
    ],
)  # fmt: skip
def test_a_boxed_expression_has_the_value_of_its_text(logic: str, value: Any) -> None:
    assert decided(model(a_decision("d", logic)), "d") == value


# --- imports


def an_import(namespace: str, name: str) -> str:
    return f'<import importType="{V15}" namespace="{namespace}" name="{name}"/>'


def importing(other: str, *parts: str, namespace: str = "urn:m") -> str:
    return model(an_import(other, "lib"), *parts, namespace=namespace)


LIBRARY = model(
    TYPES,
    an_input("rate", "number"),
    a_decision("double rate", "rate * 2", (">rate",)),
    knowledge("twice", "n", "n * 2"),
    namespace="urn:lib",
)


def test_imported_things_stand_under_the_name_of_the_import() -> None:
    xml = importing(
        "urn:lib",
        an_input("p", "lib.tPerson"),
        a_decision("d", "lib.twice(p.age) + lib.double rate", (">p", "urn:lib#double rate"), ("urn:lib#twice",)),
    )
    loaded = dmn.load(xml, {"urn:lib": LIBRARY})

    for rate in ({"rate": 3}, {"lib": {"rate": 3}}, {"{urn:lib}rate": 3}):
        assert loaded.evaluate("d", {"p": ANN, **rate}).value == 20
    assert loaded.evaluate("lib.double rate", {"rate": 1}).value == 2
    assert loaded.evaluate("{urn:lib}twice", {"n": 2}).value == 4


def test_evaluating_changes_nothing_in_a_model() -> None:
    loaded = dmn.load(model(*SERVED))

    assert [loaded.evaluate("s", {"a": n, "given": 0}).value for n in (1, 2, 1)] == [2, 4, 2]


def test_a_model_that_is_imported_on_two_ways_has_inputs_of_its_own_on_each() -> None:
    greeting = a_decision("greeting", '"Hello " + person', (">person",))
    files = {"urn:lib": model(an_input("person", "string"), greeting, namespace="urn:lib")}
    for way in ("left", "right"):
        said = a_decision("said", "lib.greeting", ("urn:lib#greeting",))
        files[f"urn:{way}"] = importing("urn:lib", said, namespace=f"urn:{way}")
    imports = [an_import(f"urn:{way}", way) for way in ("left", "right")]
    both = a_decision("both", "[left.said, right.said]", ("urn:left#said", "urn:right#said"))
    top = dmn.load(model(*imports, both), files)

    apart = {"left": {"lib": {"person": "Ann"}}, "right": {"lib": {"person": "Bob"}}}
    assert top.evaluate("both", apart).value == ["Hello Ann", "Hello Bob"]
    assert top.evaluate("both", {"person": "Eve"}).value == ["Hello Eve", "Hello Eve"]
