"""What a product order of TMF622 asks for: its shape, and our order. Pure.

TMF622 v4.0.0 is what is answered. Read are also the orders of v5 (external identifiers and parties as objects)
and of MEF LSO Sonata (a `productConfiguration` instead of characteristics).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from app import moments
from app.tmf.shapes import (
    Shape,
    anything,
    choice,
    either,
    flag,
    list_of,
    moment,
    name,
    named,
    number,
    positive,
    text,
    thing,
    whole,
)
from runtime.core.definitions import Specification
from runtime.core.orders import Line, Order
from runtime.core.reading import escaped
from runtime.core.values import taken_in, types_of
from runtime.errors import Fault, OrderRefused, WrongBody

Body = dict[str, Any]

ACTIONS = ("add", "modify", "delete", "noChange")  # OrderItemActionType

# --- shape --------------------------------------------------------------------------------------------

REFERENCE = thing(id=text, href=text, name=text, role=text)
MONEY = thing(unit=text, value=number)
PRICE = thing(percentage=number, taxRate=number, dutyFreeAmount=MONEY, taxIncludedAmount=MONEY)
ORDER_PRICE = thing(
    name=text,
    description=text,
    priceType=text,
    recurringChargePeriod=text,
    price=PRICE,
    priceAlteration=list_of(thing("price priceType", price=PRICE, priceType=text, priority=whole)),
)
TERM = thing(name=text, description=text, duration=thing(amount=number, units=text))
CHARACTERISTIC = thing("name value", name=name(200), value=anything, valueType=text)
PARTY = thing(id=text, href=text, name=text, role=text, partyOrPartyRole=REFERENCE)
PRODUCT = thing(
    id=name(200),
    name=text,
    description=text,
    isBundle=flag,
    productCharacteristic=list_of(CHARACTERISTIC),
    productConfiguration=named({"@type": text}),
    productSpecification=thing("id", id=name(200), name=text, version=text),
    productOffering=thing("id", id=name(200), name=text),
    place=list_of(REFERENCE),
    relatedParty=list_of(PARTY),
    billingAccount=REFERENCE,
    startDate=moment,
    terminationDate=moment,
)
_item: dict[str, Shape] = {}
ITEM = named(_item, "id action")
_item |= {
    "id": name(100),
    "action": choice(*ACTIONS),
    "quantity": positive(1_000_000),
    "product": PRODUCT,
    "productOffering": thing("id", id=name(200), name=text),
    "productOrderItem": list_of(ITEM),
    "productOrderItemRelationship": list_of(thing("id relationshipType", id=text, relationshipType=name(100))),
    "billingAccount": REFERENCE,
    "itemPrice": list_of(ORDER_PRICE),
    "itemTotalPrice": list_of(ORDER_PRICE),
    "itemTerm": list_of(TERM),
    "payment": list_of(REFERENCE),
    "requestedCompletionDate": moment,
}
SHAPE = thing(
    "productOrderItem",
    externalId=either(list_of(thing("id", id=name(200), owner=text, externalIdentifierType=text)), name(200), list),
    category=text,
    description=text,
    notificationContact=text,
    priority=text,
    cancellationReason=text,
    cancellationDate=moment,
    requestedCompletionDate=moment,
    requestedStartDate=moment,
    agreement=list_of(REFERENCE),
    billingAccount=REFERENCE,
    channel=list_of(thing(id=text, name=text, role=text, channel=REFERENCE)),
    note=list_of(thing("text", id=text, author=text, date=moment, text=text)),
    orderTotalPrice=list_of(ORDER_PRICE),
    payment=list_of(REFERENCE),
    productOrderItem=list_of(ITEM, least=1),
    relatedParty=list_of(PARTY),
)


# --- what it asks for -----------------------------------------------------------------------------------


class Catalog(Protocol):
    """What is asked of a release."""

    @property
    def name(self) -> str: ...

    @property
    def identifiers(self) -> Mapping[str, Specification]: ...

    def resolve(self, identifier: str) -> Specification | None: ...


def check(body: Any) -> None:
    """Raises WrongBody with every fault of its shape."""
    try:
        faults = [*SHAPE(body, "")] or [*_tree_faults(body)]
    except RecursionError:
        faults = [Fault("/productOrderItem", "items are nested too deeply")]
    if faults:
        raise WrongBody("this is not a product order of TMF622 v4", tuple(faults))


def asked(body: Body, catalog: Catalog) -> Order:
    """The order that a body of the right shape asks for.

    Raises OrderRefused with a fault for each item whose specification the release does not know.
    """
    faults: list[Fault] = []
    lines = []
    parents = _parents(body)
    for item, at in items_of(body):
        specification = _specification(item, at, catalog)
        if isinstance(specification, Fault):
            faults.append(specification)
            continue
        product = item.get("product", {})
        lines.append(
            Line(
                id=item["id"],
                specification=specification.key,
                action=item["action"],
                quantity=item.get("quantity", 1),
                parent=parents.get(item["id"]),
                attributes=taken_in(_attributes(item), types_of(specification)),
                place=_place(product),
                asset=product.get("id", ""),
                pointer=at,
            )
        )
    if faults:
        raise OrderRefused("the order asks for something that is not in the catalog", tuple(faults))
    return Order(
        lines=tuple(lines),
        external_id=external_id(body),
        customer=_customer(body),
        priority=body.get("priority", ""),
        requested_completion=_requested_completion(body),
        attributes=taken_in({field: value for field, value in body.items() if field not in _HAS_ITS_PLACE}),
    )


_HAS_ITS_PLACE = {"externalId", "priority", "productOrderItem", "requestedCompletionDate"}


def items_of(body: Body, at: str = "") -> Iterator[tuple[Body, str]]:
    """Every item with its pointer, an item before those nested in it."""
    for index, item in enumerate(body.get("productOrderItem", ())):
        here = f"{at}/productOrderItem/{index}"
        yield item, here
        yield from items_of(item, here)


def external_id(body: Body) -> str | None:
    """The text, or the id of the first external identifier."""
    given = body.get("externalId")
    if isinstance(given, list):
        return given[0]["id"] if given else None
    return given


def located(faults: Iterable[Fault], body: Body) -> tuple[Fault, ...]:
    """Faults of our order's lines, pointing to where the body says (or ought to say) it."""
    places = {at: _attribute_places(item, at) for item, at in items_of(body)}

    def place(pointer: str) -> str:
        line, attributes, attribute = pointer.partition("/attributes/")
        if not attributes or line not in places:
            return pointer
        known, unsaid = places[line]
        return known.get(attribute.partition("/")[0], unsaid)

    return tuple(Fault(place(fault.pointer), fault.message) for fault in faults)


def _attribute_places(item: Body, at: str) -> tuple[dict[str, str], str]:
    product = item.get("product", {})
    configured = f"{at}/product/productConfiguration"
    listed = f"{at}/product/productCharacteristic"
    places = {escaped(field): f"{configured}/{escaped(field)}" for field in product.get("productConfiguration", {})}
    for index, characteristic in enumerate(product.get("productCharacteristic", ())):
        places[escaped(characteristic["name"])] = f"{listed}/{index}/value"
    return places, configured if "productConfiguration" in product else listed


def _specification(item: Body, at: str, catalog: Catalog) -> Specification | Fault:
    product = item.get("product", {})
    said = [
        ("/product/productSpecification/id", product.get("productSpecification", {}).get("id")),
        ("/product/productConfiguration/@type", product.get("productConfiguration", {}).get("@type")),
        ("/product/productOffering/id", product.get("productOffering", {}).get("id")),
        ("/productOffering/id", item.get("productOffering", {}).get("id")),
    ]
    given = [(where, identifier) for where, identifier in said if identifier]
    for _, identifier in given:
        if (specification := catalog.resolve(identifier)) is not None:
            return specification
    if not given:
        wanted = "a productSpecification.id, productConfiguration.@type or productOffering.id"
        return Fault(at, f"item {item['id']!r} does not say what is ordered; give {wanted}")
    names = " or ".join(repr(identifier) for _, identifier in given)
    known = sorted(catalog.identifiers)
    some = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    message = (
        f"{catalog.name} knows no specification called {names}; it knows {some or 'none'}. "
        "Publish a specification with this identifier, or order one of these"
    )
    return Fault(at + given[0][0], message)


def _attributes(item: Body) -> dict[str, Any]:
    """Configuration and characteristics by name, and under `relationships` the items related, by type."""
    product = item.get("product", {})
    configuration = product.get("productConfiguration", {})
    attributes = {field: value for field, value in configuration.items() if not field.startswith("@")}
    attributes |= {each["name"]: each["value"] for each in product.get("productCharacteristic", ())}
    related: dict[str, list[str]] = {}
    for relationship in item.get("productOrderItemRelationship", ()):
        related.setdefault(relationship["relationshipType"], []).append(relationship["id"])
    if related:
        attributes.setdefault("relationships", related)
    return attributes


def _parents(body: Body) -> dict[str, str]:
    """Item -> the item it is nested in, or that bundles it."""
    parents = {}
    for item, _ in items_of(body):
        for nested in item.get("productOrderItem", ()):
            parents[nested["id"]] = item["id"]
        for relationship in item.get("productOrderItemRelationship", ()):
            if relationship["relationshipType"] == "bundles":
                parents.setdefault(relationship["id"], item["id"])
    return parents


def _tree_faults(body: Body) -> Iterator[Fault]:
    """What is wrong between items: ids used twice, relations to nothing, a part that contains its whole."""
    seen: dict[str, str] = {}
    twice = False
    for item, at in items_of(body):
        if item["id"] in seen:
            twice = True
            yield Fault(f"{at}/id", f"item id {item['id']!r} stands already at {seen[item['id']]}; give each its own")
        seen.setdefault(item["id"], at)
        names: set[str] = set()
        for index, each in enumerate(item.get("product", {}).get("productCharacteristic", ())):
            if each["name"] in names:
                where = f"{at}/product/productCharacteristic/{index}/name"
                message = f"{each['name']!r} is given twice; give it once, with a list as its value if it has several"
                yield Fault(where, message)
            names.add(each["name"])
    if twice:
        return  # which of them a relation means cannot be said
    for item, at in items_of(body):
        for index, relationship in enumerate(item.get("productOrderItemRelationship", ())):
            if relationship["id"] not in seen:
                where = f"{at}/productOrderItemRelationship/{index}/id"
                yield Fault(where, f"there is no item {relationship['id']!r} in this order")
    for id_ in _in_rings(_parents(body)):
        if id_ in seen:
            yield Fault(f"{seen[id_]}/id", f"item {id_!r} would be part of itself")


def _in_rings(parents: Mapping[str, str]) -> list[str]:
    """The items that are above themselves. Each is looked at once: upwards until one that was seen before."""
    rings: list[str] = []
    done: set[str] = set()
    for start in parents:
        way: dict[str, int] = {}
        id_: str | None = start
        while id_ is not None and id_ not in done and id_ not in way:
            way[id_] = len(way)
            id_ = parents.get(id_)
        if id_ in way:
            rings += list(way)[way[id_] :]
        done |= way.keys()
    return rings


def _place(product: Body) -> str:
    for place in product.get("place", ()):
        if where := place.get("id") or place.get("name"):
            return str(where)
    return ""


def _customer(body: Body) -> str:
    """The party in the role of customer (or buyer), or the organization that Sonata names as the contact."""
    for party in body.get("relatedParty", ()):
        if party.get("role", "").lower() in ("customer", "buyer"):
            who = party.get("partyOrPartyRole", party)
            return str(who.get("name") or who.get("id") or "")
    contacts = body.get("relatedContactInformation")
    for contact in contacts if isinstance(contacts, list) else ():
        if isinstance(contact, dict) and isinstance(contact.get("organization"), str):
            return str(contact["organization"])
    return ""


def _requested_completion(body: Body) -> int | None:
    """That of the order, or the latest of its items, as Sonata has it."""
    dates = [body["requestedCompletionDate"]] if "requestedCompletionDate" in body else []
    dates = dates or [i["requestedCompletionDate"] for i, _ in items_of(body) if "requestedCompletionDate" in i]
    return max(map(moments.written, dates), default=None)
