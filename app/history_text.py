"""History text: what happened, one sentence for each event, with the icon and tone of what it means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from runtime.core.fallout import ABOUT
from runtime.core.values import decode, shown

if TYPE_CHECKING:
    from sqlalchemy import Row


class Story(Struct, frozen=True, kw_only=True):
    """One line of a history; `more` is what a second look shows."""

    seq: int
    at: int
    icon: str
    tone: str
    text: str
    more: str = ""
    item: int | None = None
    retry_at: int | None = None


# type -> icon, tone, sentence; {item} is the item's name and {by} who did it.
SENTENCES = {
    "order submitted": ("package", "still", "Submitted by {by} on release {release}{replaces}"),
    "order enriched": ("sparkles", "still", "Lines were given {given}"),
    "question asked": ("circle-help", "waits", "{item}: people are asked about line {line}"),
    "question answered": ("message-circle", "good", "{item}: answered by {by}"),
    "approval requested": ("shield-check", "waits", "{item}: an approval is wanted for {because}"),
    "approval given": ("shield-check", "good", "{item}: approved by {by}"),
    "order approved": ("circle-check", "good", "Order approved"),
    "task refused": ("circle-x", "bad", "{item}: {by} rejected the order"),
    "order rejected": ("circle-x", "bad", "Order rejected"),
    "order decomposed": ("split", "still", "Decomposed into {lines}"),
    "plan generated": ("workflow", "still", "Plan generated with {items}"),
    "order completed": ("circle-check", "good", "Order completed"),
    "order cancelled": ("ban", "still", "Order cancelled by {by}"),
    "plan retried": ("rotate-ccw", "moving", "{by} had the plan made again"),
    "line started": ("circle-play", "moving", "Line {line} started"),
    "line completed": ("circle-check", "good", "Line {line} completed"),
    "item started": ("circle-play", "moving", "{item} started"),
    "item waiting": ("hourglass", "waits", "{item} waits"),
    "attempt failed": ("rotate-ccw", "waits", "{item}: attempt {attempt} failed"),
    "attempt ended": ("server", "still", "{item}: attempt {attempt} {outcome} in {took}"),
    "callback received": ("plug", "still", "{item}: callback received, {outcome}"),
    "retry brought forward": ("fast-forward", "moving", "{item}: next attempt at once, by {by}"),
    "item completed": ("circle-check", "good", "{item} completed"),
    "item skipped": ("skip-forward", "still", "{item} skipped"),
    "item failed": ("octagon-alert", "bad", "{item} failed"),
    "item retried": ("rotate-ccw", "moving", "{item} tried again by {by}{corrected}"),
    "push failed": ("octagon-alert", "bad", "{item} was not delivered"),
    "fallout reported": ("octagon-alert", "bad", "{about}"),
    "fallout assigned": ("user-check", "moving", "{by} assigned the fallout to {to}"),
    "fallout released": ("undo-2", "still", "{by} released the fallout"),
    "fallout started": ("circle-play", "moving", "{by} works on the fallout"),
    "fallout held": ("circle-pause", "still", "{by} put the fallout on hold"),
    "fallout noted": ("sticky-note", "still", "Note by {by}"),
    "fallout resolved": ("circle-check", "good", "{by} resolved the fallout"),
    "task assigned": ("user-check", "moving", "{item} went to {to}, as its queue says"),
    "task unassigned": ("user-round", "still", "{item} is assigned to nobody"),
    "task claimed": ("user-check", "moving", "{by} claimed {item}"),
    "task released": ("undo-2", "still", "{by} released {item}"),
}


def tell(event: Row[Any], names: Mapping[int, str]) -> Story:
    """The history text of one event; `names` are those of the items, and of what people are asked before the plan."""
    data: dict[str, Any] = shown(decode(event.data))
    icon, tone, sentence = SENTENCES[event.type]
    words = {
        "item": names.get(event.item, f"Item {event.item}"),
        "by": data.get("by") or "somebody",
        "to": data.get("to"),
        "release": data.get("release"),
        "replaces": f", to correct order {data['replaces']}" if data.get("replaces") else "",
        "line": data.get("line"),
        "attempt": data.get("attempt"),
        "outcome": OUTCOMES.get(data.get("outcome", ""), ""),
        "took": f"{data.get('took', 0):,} ms",
        "about": ABOUT.get(data.get("about", ""), "Something needs a person"),
        "corrected": " with a corrected request" if data.get("request") is not None else "",
        "lines": _count(data.get("lines", ()), "fulfilment line"),
        "because": _count(data.get("lines", ()), "line"),
        "given": ", ".join(sorted({name for step in data.get("given", ()) for name in step.get("attributes", ())}))
        or "nothing",
        "items": _count(data.get("items", ()), "item"),
    }
    text = sentence.format(**words)
    if event.type in ("item completed", "item skipped") and data.get("by"):
        text += f" by {data['by']}"
    if event.type == "item started" and data.get("attempt", 1) > 1:
        text += f", attempt {data['attempt']}"
    return Story(
        seq=event.seq,
        at=event.at,
        icon=icon,
        tone=tone,
        text=text,
        more=_more(event.type, data),
        item=event.item if event.item is not None and event.item >= 0 else None,
        retry_at=data.get("retry_at"),
    )


OUTCOMES = {"succeeded": "succeeded", "accepted": "was accepted", "failed": "failed", "unknown": "brought no answer"}


def _more(type_: str, data: dict[str, Any]) -> str:
    if data.get("late"):
        return f"It changed nothing: {data['late']}."
    if type_ == "question answered":
        return ", ".join(f"{name}: {value}" for name, value in data["values"].items())
    return str(data.get("reason") or data.get("error") or data.get("note") or "; ".join(data.get("warnings", ())))


def _count(things: object, noun: str) -> str:
    number = len(things) if isinstance(things, list | tuple) else 0
    return f"{number} {noun}{'' if number == 1 else 's'}"
