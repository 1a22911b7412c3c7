"""What all pages share: the navigation, and how moments, durations and numbers are written."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, tzinfo
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from flask import Flask, g, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.routing import IntegerConverter

from app import db, moments
from app.auth import may
from designer import drafts
from designer.vocabulary import spoken
from designer.wording import plural
from runtime.core.values import encode, shown

LARGEST = 2**63 - 1  # what a column of numbers can hold


class Place(Struct, frozen=True):
    """An entry of the navigation, shown to users with one of `roles`; pages of the blueprints `areas` belong to it."""

    label: str
    endpoint: str
    icon: str
    roles: tuple[str, ...]
    areas: tuple[str, ...]


EVERY_OFFICE_ROLE = (
    "process admin",
    "order agent",
    "order approver",
    "fulfilment agent",
    "fulfilment manager",
    "fallout agent",
    "fallout manager",
)
WORKING_ROLES = ("order agent", "order approver", "fulfilment agent", "fulfilment manager", "fallout agent")
DESIGNING = ("definitions", "uses", "versions", "editing", "plans", "tables", "scenarios", "policies", "rehearse")

PLACES = (
    Place("Orders", "orders.index", "package", EVERY_OFFICE_ROLE, ("orders", "capture")),
    Place("My tasks", "work.index", "inbox", WORKING_ROLES, ("work",)),
    Place("Systems", "systems.index", "server", EVERY_OFFICE_ROLE, ("systems",)),
    Place("Fallout", "fallout.index", "life-buoy", ("fallout agent", "fallout manager"), ("fallout",)),
    Place("Definitions", "definitions.index", "blocks", EVERY_OFFICE_ROLE, DESIGNING),
    Place("Releases", "releases.index", "layers", EVERY_OFFICE_ROLE, ("releases",)),
    Place("Access", "access.index", "key-round", ("process admin",), ("access",)),
)


def plug_into(app: Flask) -> None:
    app.url_map.converters["int"] = Number
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for known in (places, zone, theme, look_of, name_of, bool):
        app.add_template_global(known)
    app.add_template_filter(moment)
    app.add_template_filter(lasted)
    app.add_template_filter(spoken, "duration")
    app.add_template_filter(said)
    app.add_template_filter(as_json)
    app.add_template_filter(place_in_words)
    app.add_template_filter(count)
    app.add_template_filter(plural)
    app.add_template_filter(sentence)
    app.add_template_filter(lower_first)
    app.add_template_filter(json.loads, "from_json")
    app.add_template_filter(in_page)


def places() -> list[Place]:
    """The navigation of the current user."""
    return [place for place in PLACES if may(*place.roles)]


def home() -> str:
    """Where the current user starts."""
    open_places = places()
    return url_for(open_places[0].endpoint) if open_places else url_for("session.account")


def moment(milliseconds: int | None) -> Markup:
    """A moment in the reader's own time zone, which the browser told us in a cookie."""
    if milliseconds is None:
        return Markup('<span class="faint">–</span>')
    written = moments.moment(milliseconds)
    try:
        text = datetime.fromtimestamp(milliseconds / 1000, zone()).strftime("%d %b %Y, %H:%M:%S")
    except (ValueError, OverflowError):  # beyond the calendar of that zone
        text = written
    return Markup('<time datetime="{}">{}</time>').format(written, text)


def number(text: str) -> int:
    """A number in an address, such as that of an order. Raises ValueError for one that no row can have."""
    found = int(text)
    if abs(found) > LARGEST:
        raise ValueError(f"{text[:30]} is larger than any number that is given away")
    return found


class Number(IntegerConverter):
    """The same within a path. One that is too large becomes the largest: the view finds nothing, and says so."""

    def to_python(self, value: str) -> int:
        return min(int(value), LARGEST)


def name_of(kind: str, key: str) -> str:
    """What people call a definition: the name in its draft or newest version, or its key where there is neither."""
    if "names" not in g:
        g.names = {(each.kind, each.key): each.name for each in drafts.definitions(db.connection())}
    found: str = g.names.get((kind, key), key)
    return found


def zone() -> tzinfo:
    """The reader's time zone; UTC before the first page told us."""
    if "zone" not in g:
        try:
            g.zone = ZoneInfo(unquote(request.cookies.get("zone", "UTC")))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            g.zone = UTC
    return g.zone


def theme() -> str:
    """The theme the reader chose; empty for that of their system."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


class Look(Struct, frozen=True):
    """How a state is shown: always colour, icon and word together."""

    tone: str
    icon: str


LOOKS = {
    "accepted": Look("still", "circle-dot"),
    "awaiting answers": Look("waits", "circle-help"),
    "awaiting approval": Look("waits", "shield-check"),
    "rejected": Look("bad", "circle-x"),
    "pending": Look("still", "circle-dashed"),
    "in progress": Look("moving", "circle-play"),
    "running": Look("moving", "loader-circle"),
    "retrying": Look("waits", "rotate-ccw"),
    "waiting": Look("waits", "hourglass"),
    "completed": Look("good", "circle-check"),
    "skipped": Look("still", "skip-forward"),
    "failed": Look("bad", "octagon-alert"),
    "cancelled": Look("still", "ban"),
    "open": Look("waits", "inbox"),
    "online": Look("good", "plug"),
    "offline": Look("waits", "unplug"),
    "down": Look("bad", "unplug"),
    "claimed": Look("moving", "user-check"),
    "withdrawn": Look("still", "ban"),
    "assigned": Look("moving", "user-check"),
    "on hold": Look("still", "circle-pause"),
    "resolved": Look("good", "circle-check"),
    "stopped": Look("waits", "circle-stop"),
    "finished": Look("good", "circle-check"),
    "done": Look("good", "circle-check"),
    "failed again": Look("bad", "octagon-alert"),
    # what a rehearsal says of items and orders
    "runs": Look("still", "circle-play"),
    "undecided": Look("moving", "circle-help"),
    "fails": Look("bad", "octagon-alert"),
    "added": Look("good", "circle-plus"),
    "removed": Look("bad", "circle-minus"),
    "changed": Look("waits", "pencil"),
    "moved": Look("moving", "arrow-up-down"),
    "the same": Look("good", "circle-check"),
    "refused": Look("bad", "circle-x"),
}


def look_of(state: str) -> Look:
    return LOOKS.get(state, Look("still", "circle"))


UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))


def lasted(milliseconds: int | None) -> str:
    """A span of time in its two largest units, as people say it: 3 d 4 h, 1.2 s, 40 ms."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 10_000:
        return f"{milliseconds / 1000:.1f}".removesuffix(".0") + " s"
    for place, (size, unit) in enumerate(UNITS):
        if milliseconds >= size:
            text = f"{milliseconds // size} {unit}"
            if place + 1 < len(UNITS):
                smaller, name = UNITS[place + 1]
                if rest := milliseconds % size // smaller:
                    text += f" {rest} {name}"
            return text
    raise AssertionError("unreachable: at least 10 s are at least 1 s")


def said(value: object) -> str:
    """A value of an attribute as people write it: no quotes, no brackets."""
    match value := shown(value):
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(said(each) for each in value)
        case dict():
            return ", ".join(f"{name} {said(each)}" for name, each in value.items())
    return str(value)


def as_json(value: object) -> str:
    """A value as JSON: text in quotes, numbers with every digit, dates and durations as text."""
    return encode(shown(value))


def place_in_words(pointer: str) -> str:
    """A JSON pointer into a definition for people, who count from one: /targets/0/name is targets 1, name."""
    words = ""
    for part in pointer.split("/")[1:]:
        words += f" {int(part) + 1}" if part.isdigit() else f", {part.replace('~1', '/').replace('~0', '~')}"
    return words.removeprefix(", ").strip()


# What the library that reads documents says, and how people say it.
TYPES = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "null": "nothing",
    "array": "a list",
    "object": "several named fields",
}
_EXPECTED = re.compile(r"Expected `([\w| ]+)`(?: of length [<>=]* ?\d+)?, got `(\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_INVALID = re.compile(r"Invalid (?:enum )?value (.*)")


def plainly(message: str) -> str:
    """A fault of reading, as people who never wrote a program would tell it."""
    if found := _EXPECTED.fullmatch(message):
        expected = " or ".join(TYPES.get(each.strip(), each.strip()) for each in found[1].split("|"))
        return f"expected {expected}, got {TYPES.get(found[2], found[2])}"
    if found := _UNKNOWN.fullmatch(message):
        return f"there is no field “{found[1]}” here"
    if found := _MISSING.fullmatch(message):
        return f"the field “{found[1]}” is missing"
    if found := _INVALID.fullmatch(message):
        return f"{found[1]} is none of the values it may have"
    return message


def sentence(text: str) -> str:
    """Errors begin small, so that they can follow a colon; alone they are a sentence."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def lower_first(text: str) -> str:
    """A label within a sentence."""
    return text[:1].lower() + text[1:]


def count(number: int, noun: str) -> str:
    """1 item, 2 items, 1,024 items."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def in_page(body: object) -> Markup:
    """JSON inside of a script element, which nothing in it may end; faster than tojson for thousands of rows."""
    return Markup(msgspec.json.encode(body).decode().replace("<", "\\u003c"))
