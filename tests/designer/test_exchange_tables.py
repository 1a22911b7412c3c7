"""A decision table that goes out as CSV, XLSX or DMN comes back as it was."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

from designer.exchange import csv, dmn, xlsx
from designer.exchange.errors import ExchangeError
from runtime.rules.documents import Input, Output, Rule, Table
from tests.builders import a_table
from tests.depth import deeper

KIT = Path(os.environ.get("DMN_TCK_DIR", Path(__file__).parents[3] / "shared" / "dmn-tck"))

FORMATS: dict[str, Callable[[Table], Table]] = {
    "csv": lambda table: csv.read(csv.write(table)),
    "xlsx": lambda table: xlsx.read(xlsx.write([table]))[0],
    "dmn 1.3": lambda table: dmn.read(dmn.write([table], "1.3"))[0],
    "dmn 1.4": lambda table: dmn.read(dmn.write([table], "1.4"))[0],
    "dmn 1.5": lambda table: dmn.read(dmn.write([table], "1.5"))[0],
}

ids = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
letters = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff")
words = st.text(letters | st.sampled_from("\n\t=-+@\"';,<>&"), max_size=12).map(str.strip)
cells = words.map(lambda text: text or "-")


@st.composite
def documents(draw: st.DrawFn) -> Table:
    inputs = draw(st.lists(ids, max_size=3, unique=True))
    outputs = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    notes = draw(st.lists(words, max_size=2))
    rules = [
        Rule(
            id=id_,
            inputs=tuple(draw(cells) for _ in inputs),
            outputs=tuple(draw(cells) for _ in outputs),
            annotations=tuple(draw(cells) for _ in notes),
        )
        for id_ in draw(st.lists(ids, max_size=4, unique=True))
    ]
    policy = draw(st.sampled_from(["unique", "any", "priority", "first", "collect", "rule order", "output order"]))
    return Table(
        key=draw(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,12}", fullmatch=True)),
        name=draw(words.map(lambda text: " ".join(text.split()) or "name")),
        description=draw(words),
        hit_policy=policy,
        aggregation=draw(st.sampled_from(["list", "sum", "count", "min", "max"])) if policy == "collect" else "list",
        inputs=tuple(
            Input(id=id_, expression=draw(cells), label=draw(cells), type=draw(_types), allowed=draw(words))
            for id_ in inputs
        ),
        outputs=tuple(
            Output(id=id_, name=id_, label=draw(cells), type=draw(_types), allowed=draw(words), default=draw(words))
            for id_ in outputs
        ),
        annotations=tuple(" ".join(each.split()) for each in notes),
        rules=tuple(rules),
    )


_types = st.sampled_from(["Any", "string", "number", "date and time", "list<string>"])


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=deeper(60))
@given(table=documents())
def test_a_table_comes_back_as_it_went(form: str, table: Table) -> None:
    assert FORMATS[form](_plain(table)) == _plain(table)


def _plain(table: Table) -> Table:
    """Attributes of XML and cells of a sheet hold labels without line breaks; names of columns too."""

    def flat(text: str) -> str:
        return " ".join(text.split())

    return structs.replace(
        table,
        inputs=tuple(structs.replace(each, label=flat(each.label)) for each in table.inputs),
        outputs=tuple(structs.replace(each, label=flat(each.label)) for each in table.outputs),
    )


# --- spreadsheets


def test_csv_is_laid_out_as_a_person_would() -> None:
    table = a_table("discount", ("> 100", "0.1"), ("<= 100", "0"), hit_policy="first")

    assert csv.write(table).splitlines() == [
        "table,discount,Discount",
        "hit policy,first,",
        "column,input,output",
        "id,amount,rate",
        "expression,amount,rate",
        "label,,",
        "type,number,number",
        "allowed,,",
        "default,,",
        "rules,,",
        "r1,> 100,0.1",
        "r2,<= 100,0",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_spreadsheet_is_read(delimiter: str) -> None:
    lines = ["table,discount", "column,input,output", "id,amount,rate", "expression,amount,rate", "rules", "r1,5,1"]
    table = csv.read("\ufeff" + "\r\n".join(lines).replace(",", delimiter))

    assert (table.key, table.hit_policy, table.rules) == (
        "discount",
        "unique",
        (Rule(id="r1", inputs=("5",), outputs=("1",)),),
    )


def test_a_new_row_gets_a_new_id_and_the_others_keep_theirs() -> None:
    text = csv.write(a_table("t", ("1", "1"), ("2", "2")))
    table = csv.read(text.replace("r2,2,2", ",7,7\r\nr2,2,2\r\n,,8"))

    assert [(rule.id, rule.inputs, rule.outputs) for rule in table.rules] == [
        ("r1", ("1",), ("1",)),
        ("r3", ("7",), ("7",)),
        ("r2", ("2",), ("2",)),
        ("r4", ("-",), ("8",)),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("hit policy,unique", "hit policy,best"), "line 2: 'best' is not one of unique, any"),
        (("column,input", "column,imput"), "line 3: 'imput' is no kind of column"),
        (("rules,,", "rows,,"), "line 10: 'rows' is no heading"),
        (("default,,", "default,5,"), "line 9: only outputs have a default"),
        (("r2,", "r1,"), "line 12: the rule id 'r1' comes twice"),
        (("r2,<= 100,0", "r2,<= 100,0,stray"), "line 12: the cell 'stray' is in no column"),
        (("id,amount", "id,a mount"), "$.inputs[0].id"),
        (("table,discount", "table,Dis Count"), "$.key"),
        (("type,number", "type,number\r\ntype,number"), "line 8: the heading 'type' comes twice"),
        (("r2,<= 100", 'r2,"<= 100'), "this is not CSV"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(change: tuple[str, str], message: str) -> None:
    text = csv.write(a_table("discount")).replace(*change)

    with pytest.raises(ExchangeError) as refused:
        csv.read(text)
    assert message in str(refused.value)


def test_a_workbook_holds_several_tables_and_leaves_other_sheets_alone() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write([a_table("one"), a_table("two")])))
    book.create_sheet("notes")["A1"] = "remember"
    file = io.BytesIO()
    book.save(file)

    assert [table.key for table in xlsx.read(file.getvalue())] == ["one", "two"]


def test_what_a_spreadsheet_made_of_typed_cells_is_feel_again() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write([a_table("t", ("1", "1"))])))
    sheet = book.worksheets[0]
    for value in (5, 0.1, True, date(2024, 2, 29), datetime(2024, 2, 29, 12, 30), '"text"'):
        sheet.append(["", value, 1])
    file = io.BytesIO()
    book.save(file)

    (table,) = xlsx.read(file.getvalue())
    texts = [rule.inputs[0] for rule in table.rules[1:]]
    assert texts == ["5", "0.1", "true", '@"2024-02-29"', '@"2024-02-29T12:30:00"', '"text"']


def test_a_cell_that_begins_with_an_equals_sign_is_no_formula() -> None:
    content = xlsx.write([a_table("t", ("= 5", "1"))])

    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert xlsx.read(content)[0].rules[0].inputs == ("= 5",)


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(ExchangeError, match="not an XLSX workbook"):
        xlsx.read(b"PK but not really")


# --- DMN

EXTENDED = """<?xml version="1.0"?>
<definitions xmlns="{space}" xmlns:tool="urn:tool" name="d" namespace="urn:d" id="d">
  <itemDefinition name="tRisk" id="t1"><typeRef>string</typeRef></itemDefinition>
  <decision id="Decision_1" name="Risk of  an order" tool:color="red">
    <description>Who is risky</description>
    <extensionElements><tool:note level="3">keep <tool:b>me</tool:b></tool:note></extensionElements>
    <question>How risky?</question>
    <variable id="v" name="Risk of an order" typeRef="tRisk"/>
    <informationRequirement id="ir"><requiredInput href="#i"/></informationRequirement>
    <decisionTable id="Table_1" hitPolicy="COLLECT" aggregation="MAX" preferredOrientation="Rule-as-Row">
      <input id="Entrée" label="How much" tool:width="192">
        <extensionElements><tool:x/></extensionElements>
        <inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression>
        <inputValues id="iv" tool:kind="range"><text>[0..1000]</text></inputValues>
      </input>
      <output id="o" name="" typeRef="tRisk" tool:width="10">
        <outputValues><text>"low", "high"</text></outputValues>
        <defaultOutputEntry><text>"low"</text></defaultOutputEntry>
      </output>
      {annotation}
      <rule id="R1">
        <description>the big ones</description>
        <inputEntry id="c1"><text>
          &gt; 100
        </text></inputEntry>
        <outputEntry id="c2"><extensionElements><tool:y a="&lt;"/></extensionElements><text>"high"</text></outputEntry>
        {note}
      </rule>
      <rule>
        <inputEntry id="c3"><text/></inputEntry>
        <outputEntry id="c4"><text>"low"</text></outputEntry>
        {note}
      </rule>
    </decisionTable>
  </decision>
  <inputData id="i" name="amount"><variable name="amount" typeRef="number"/></inputData>
</definitions>"""


def extended(version: str) -> bytes:
    notes = version not in ("1.1", "1.2")
    return EXTENDED.format(
        space=dmn.VERSIONS[version],
        annotation='<annotation name="Why"/>' if notes else "",
        note="<annotationEntry><text>because</text></annotationEntry>" if notes else "",
    ).encode()


@pytest.mark.parametrize("version", dmn.VERSIONS)
def test_every_version_of_dmn_is_read(version: str) -> None:
    (table,) = dmn.read(extended(version))

    assert structs.replace(table, foreign={}) == Table(
        key="risk-of-an-order",
        name="Risk of an order",
        description="Who is risky",
        hit_policy="collect",
        aggregation="max",
        inputs=(Input(id="i1", expression="amount", label="How much", type="number", allowed="[0..1000]"),),
        outputs=(Output(id="o", name="", type="tRisk", allowed='"low", "high"', default='"low"'),),
        annotations=("Why",) if version not in ("1.1", "1.2") else (),
        rules=tuple(
            Rule(
                id=id_,
                inputs=(test,),
                outputs=(result,),
                annotations=("because",) if version not in ("1.1", "1.2") else (),
            )
            for id_, test, result in (("R1", "> 100", '"high"'), ("r2", "-", '"low"'))
        ),
    )


@pytest.mark.parametrize("source", dmn.VERSIONS)
@pytest.mark.parametrize("target", dmn.WRITTEN)
def test_what_we_do_not_model_survives_a_change_of_version(source: str, target: str) -> None:
    (table,) = dmn.read(extended(source))
    written = dmn.write([table], target)

    assert dmn.read(written) == [table]
    root = etree.fromstring(written)
    names = {"d": dmn.VERSIONS[target], "tool": "urn:tool"}
    assert root.xpath("//d:decision[@id='Decision_1']/@tool:color", namespaces=names) == ["red"]
    assert root.xpath("string(//d:decision/d:extensionElements/tool:note[@level=3])", namespaces=names) == "keep me"
    assert root.xpath("//d:decision/d:question/text()", namespaces=names) == ["How risky?"]
    assert root.xpath("//d:itemDefinition/@name", namespaces=names) == ["tRisk"]
    assert root.xpath("//d:rule/d:description/text()", namespaces=names) == ["the big ones"]
    assert root.xpath("//d:input[@id='Entrée']/d:extensionElements/tool:x", namespaces=names)
    assert root.xpath("//d:outputEntry/d:extensionElements/tool:y/@a", namespaces=names) == ["<"]
    assert root.xpath("//d:inputData/d:variable/@typeRef", namespaces=names) == ["number"]
    requirement = root.xpath("//d:requiredInput/@href", namespaces=names)
    assert requirement == ["#" + root.xpath("//d:inputData/@id", namespaces=names)[0]]


@pytest.mark.parametrize("version", dmn.VERSIONS)
def test_updating_a_file_changes_its_table_and_nothing_else(version: str) -> None:
    xml = extended(version)
    (table,) = dmn.read(xml)
    changed = structs.replace(table, rules=(structs.replace(table.rules[0], inputs=("> 200",)), table.rules[1]))

    updated = dmn.update(xml, [changed])

    assert dmn.read(updated) == [changed]
    names = {"d": dmn.VERSIONS[version]}
    before, after = etree.fromstring(xml), etree.fromstring(updated)
    assert after.xpath("//d:rule[1]/d:inputEntry/@id", namespaces=names) == ["c1"]
    for root in (before, after):
        (inner,) = root.xpath("//d:decisionTable", namespaces=names)
        inner.getparent().remove(inner)
    assert etree.tostring(before, method="c14n") == etree.tostring(after, method="c14n")


def test_updating_a_table_that_the_file_does_not_have_is_refused() -> None:
    with pytest.raises(ExchangeError, match="the file has no table 'discount'; it has risk-of-an-order"):
        dmn.update(extended("1.5"), [a_table("discount")])


def test_ids_that_xml_cannot_hold_come_back_too() -> None:
    rules = (Rule(id="1", inputs=("1",), outputs=("1",)), Rule(id="amount", inputs=("2",), outputs=("2",)))
    tables = [a_table("one", rules=rules), a_table("two", rules=rules)]

    assert dmn.read(dmn.write(tables)) == tables
    ids = etree.fromstring(dmn.write(tables)).xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (b"<definitions", "not XML"),
        (b"<definitions/>", "not DMN 1.1 to 1.5"),
        (b'<!DOCTYPE d [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><definitions/>', "remove the <!DOCTYPE"),
        (
            extended("1.5").replace(b"<inputEntry id", b'<inputEntry expressionLanguage="juel" id'),
            "only FEEL can be read",
        ),
        (extended("1.5").replace(b"COLLECT", b"BEST"), "$.hit_policy"),
    ],
)
def test_what_is_no_dmn_is_refused(xml: bytes, message: str) -> None:
    with pytest.raises(ExchangeError) as refused:
        dmn.read(xml)
    assert message in str(refused.value)


def test_a_version_that_is_not_written_is_refused() -> None:
    with pytest.raises(ExchangeError, match=r"choose 1\.3, 1\.4, 1\.5"):
        dmn.write([a_table()], "1.1")


def test_control_characters_are_refused_by_xml_and_by_workbooks() -> None:
    table = a_table("t", ('"\x07"', "1"))

    with pytest.raises(ExchangeError, match="control characters"):
        dmn.write([table])
    with pytest.raises(ExchangeError, match="control characters"):
        xlsx.write([table])


def test_every_table_of_the_kit_comes_back_in_every_version() -> None:
    if not KIT.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the DMN kit is missing: {KIT}")
        pytest.skip(f"the DMN kit is not at {KIT}")
    seen = 0
    for path in sorted(KIT.rglob("*.dmn")):
        xml = path.read_bytes()
        tables = dmn.read(xml)
        seen += len(tables)
        for version in dmn.WRITTEN:
            assert dmn.read(dmn.write(tables, version)) == tables, path
        assert dmn.read(dmn.update(xml, tables)) == tables, path
    assert seen
