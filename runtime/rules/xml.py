"""Reads DMN XML safely, and finds elements by their names in whatever version of the namespace."""

from __future__ import annotations

from lxml import etree

from runtime.rules.errors import ModelError

Element = etree._Element

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}


def parse(xml: bytes | str) -> Element:
    """The `definitions` element of a DMN file. Raises ModelError.

    A document type declaration is refused: DMN needs none, and it is where entity bombs and foreign files come in.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml, parser)
    except etree.XMLSyntaxError as error:
        raise ModelError(f"not well-formed XML: {error}") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise ModelError("a DMN file needs no document type declaration; remove the <!DOCTYPE ...>")
    if local(root) != "definitions" or etree.QName(root).namespace not in NAMESPACES:
        raise ModelError(f"not a DMN 1.1 to 1.5 model: the root element is {root.tag}")
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def children(element: Element | None, name: str | None = None) -> list[Element]:
    """The elements directly below that DMN defines, all or those of one name; extensions are not among them."""
    if element is None:
        return []
    return [
        each
        for each in element
        if isinstance(each.tag, str)
        and etree.QName(each).namespace in NAMESPACES
        and (name is None or local(each) == name)
    ]


def child(element: Element | None, name: str) -> Element | None:
    """The first element of that name directly below; None where there is none."""
    return next(iter(children(element, name)), None)


def text_of(element: Element | None) -> str:
    """The text of an element, without the white space around it."""
    return "" if element is None else (element.text or "").strip()


def line_of(element: Element) -> int:
    """Where an element stands in its file."""
    return getattr(element, "sourceline", None) or 0
