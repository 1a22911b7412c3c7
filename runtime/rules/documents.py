"""The decision table as a document: what is written, stored, hashed and exchanged."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$", description="unique within its kind")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$", description="stable within its document")]

HitPolicy = Literal["unique", "any", "priority", "first", "collect", "rule order", "output order"]
Aggregation = Literal["list", "sum", "count", "min", "max"]


class Input(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An input column: `expression` (FEEL) is evaluated once and every cell of the column tests its value."""

    id: Id
    expression: str
    label: str = ""
    type: str = "Any"  # a FEEL type name: string, number, boolean, date, time, "date and time", "list<string>" ...
    allowed: str = ""  # FEEL unary tests; empty: anything of the type


class Output(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An output column; `name` is the entry of the result context when there are several outputs."""

    id: Id
    name: str
    label: str = ""
    type: str = "Any"
    allowed: str = ""  # FEEL unary tests; their order is the priority for `priority` and `output order`
    default: str = ""  # FEEL expression; empty: none


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A row: one unary test per input, one expression per output, one text per annotation column."""

    id: Id
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()


class Table(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    kw_only=True,
    tag_field="kind",
    tag="table",
):
    """A decision table definition (DMN 1.5, chapter 8)."""

    key: Key
    name: str
    description: str = ""
    hit_policy: HitPolicy = "unique"
    aggregation: Aggregation = "list"  # only for collect
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    annotations: tuple[str, ...] = ()  # the names of the annotation columns
    rules: tuple[Rule, ...] = ()
    # What an imported file said of a part beyond this document, as XML; given back when it is exported.
    foreign: dict[str, str] = {}
