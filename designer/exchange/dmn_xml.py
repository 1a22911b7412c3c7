"""The XML of DMN: its versions, how to read it safely, and how to carry elements from one version to another."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from designer.exchange.errors import ExchangeError

VERSIONS = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
MODEL = VERSIONS["1.5"]  # in which foreign elements are kept
OURS = "urn:orderloom:dmn"  # for ids and keys that DMN cannot hold

_NAME = re.compile(r"[^\W\d][\w.-]*")  # what can be an XML id


def parsed(xml: bytes) -> Any:
    """The root of a DMN file. Raises ExchangeError for what is none, or has a document type."""
    try:
        root = etree.fromstring(xml, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ExchangeError(f"this is not XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise ExchangeError("a DMN file has no document type; remove the <!DOCTYPE ...>")
    if space(root) not in VERSIONS.values() or etree.QName(root).localname != "definitions":
        raise ExchangeError(f"this is not DMN 1.1 to 1.5: the root is {root.tag}", "/")
    return root


def parser() -> Any:
    """A parser that expands no entities and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def space(root: Any) -> str:
    """The namespace of an element."""
    return etree.QName(root).namespace or ""


def renamed(element: Any, old: str, new: str) -> Any:
    """A copy of `element` with DMN's own elements in the namespace of another version, without blanks between them."""
    name = etree.QName(element)
    uri = new if name.namespace == old else name.namespace
    prefixes = {prefix: uri for prefix, uri in element.nsmap.items() if prefix and uri != old}
    nsmap: dict[Any, Any] = {None: new, **prefixes}
    copy = etree.Element(f"{{{uri}}}{name.localname}" if uri else name.localname, nsmap=nsmap)
    for key, value in element.attrib.items():
        copy.set(key, value)
    copy.text = element.text if not len(element) or (element.text or "").strip() else None
    for child in element:
        if isinstance(child.tag, str):
            copy.append(renamed(child, old, new))
            copy[-1].tail = child.tail if (child.tail or "").strip() else None
    return copy


def as_xml(id_: str) -> str:
    """The id, or one like it that XML can hold."""
    return id_ if _NAME.fullmatch(id_) else "_" + re.sub(r"[^\w.-]", "_", id_)
