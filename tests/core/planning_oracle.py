"""How orders are planned, written again over plain dictionaries: a second opinion that shares no code with the product.

A release is {"targets": [...], "scenarios": [...], "plans": {...}}, an order a list of lines. Every grouping key is a
word or the name of an attribute, which the line (`line.x`) or the fulfilment line (`target.x`) has.
"""

from __future__ import annotations

from typing import Any

Data = dict[str, Any]


class Refused(Exception):
    """The order would be refused; the text says why, for those who look at a failing test."""


def root(lines: Data, id: str) -> str:
    while lines[id]["parent"]:
        id = lines[id]["parent"]
    return id


def key(per: str, made: Data, id: str, lines: Data) -> Any:
    """The value of a grouping key for one line of what was made, with its type."""
    match per:
        case "order":
            return "all"
        case "line":
            return id
        case "root line":
            return root(lines, id)
        case "fulfilment line":
            return made["name"]
    where, _, attribute = per.rpartition(".attributes.")
    value = (made if where in ("target", "source") else lines[id])["attributes"].get(attribute)
    if value is None:
        raise Refused(f"{per} of {id} is null")
    return type(value).__name__, value


def decomposed(order: list[Data], release: Data) -> list[Data]:
    lines = {line["id"]: line for line in order}
    made = [
        {**line, "name": ("line", line["id"]), "lines": {line["id"]}, "actions": {line["action"]}} for line in order
    ]
    for specification in release["order"]:  # sources before what they are made into
        for target in (each for each in release["targets"] if each["source"] == specification):
            groups: dict[Any, list[tuple[Data, str]]] = {}
            for source in [each for each in made if each["specification"] == specification]:
                for id in source["lines"]:
                    alone = target["per"] == "line"
                    value = ("of", source["name"]) if alone else key(target["per"], source, id, lines)
                    groups.setdefault((target["name"], value), []).append((source, id))
            for name, members in groups.items():
                actions = {source["action"] for source, _ in members}
                quantities = {source["quantity"] for source, _ in members}
                if len(quantities) > 1:
                    raise Refused(f"{name} has quantities {quantities}")
                made.append(
                    {
                        "name": name,
                        "specification": target["specification"],
                        "lines": {id for _, id in members},
                        "action": actions.pop() if len(actions) == 1 else "modify",
                        "actions": {source["action"] for source, _ in members},
                        "quantity": quantities.pop(),
                        "attributes": {"kind": target["name"]},
                    }
                )
    return made


def planned(order: list[Data], release: Data) -> tuple[set[Any], set[Any]]:
    """The items (plan, key, group, lines, targets) and edges (item, item) of the order. Raises Refused."""
    lines = {line["id"]: line for line in order}
    made = decomposed(order, release)
    chosen: dict[str, list[Data]] = {}
    for each in made:
        takes = [one for one in release["scenarios"] if one["specification"] == each["specification"]]
        if not any(each["action"] in one["actions"] for one in takes) and any(
            each["actions"] & set(one["actions"]) for one in takes
        ):
            raise Refused(f"nobody takes {each['action']} of {each['name']}")
        for one in takes:
            if each["action"] in one["actions"] and each not in chosen.get(one["plan"], []):
                chosen.setdefault(one["plan"], []).append(each)
    worked_for = {id for members in chosen.values() for each in members for id in each["lines"]}
    for line in order:
        above, below = {line["id"]}, line["id"]
        while lines[below]["parent"]:
            below = lines[below]["parent"]
            above.add(below)
        parts = {id for id in lines if line["id"] in _up(lines, id)}
        if line["action"] != "noChange" and not worked_for & (above | parts):
            raise Refused(f"nothing is done for {line['id']}")
    items: dict[Any, list[tuple[Data, str]]] = {}
    for plan, members in chosen.items():
        for item, per in release["plans"][plan]["items"].items():
            for each in members:
                for id in each["lines"]:
                    items.setdefault((plan, item, key(per, each, id, lines)), []).append((each, id))
    edges = set()
    for plan in chosen:
        for source, target, per in release["plans"][plan]["dependencies"]:
            other = source.split("/")[0] if "/" in source else plan
            for one, ones in items.items():
                for two, twos in items.items():
                    if one[:2] == (other, source.split("/")[-1]) and two[:2] == (plan, target):
                        values = [_shared(per, other != plan, each, lines) for each in (ones, twos)]
                        if values[0] & values[1]:
                            edges.add((one, two))
    told = {
        (name, frozenset(id for _, id in members), frozenset(each["name"] for each, _ in members))
        for name, members in items.items()
    }
    return told, edges


def _up(lines: Data, id: str) -> set[str]:
    found = {id}
    while lines[id]["parent"]:
        id = lines[id]["parent"]
        found.add(id)
    return found


def _shared(per: str, across: bool, members: list[tuple[Data, str]], lines: Data) -> set[Any]:
    if per == "fulfilment line" and across:
        return {id for each, _ in members for id in each["lines"]}
    return {key(per, each, id, lines) for each, id in members}
