"""Manual items: a task opens in a queue, and a person completes it."""

from __future__ import annotations

from runtime.core.definitions import Manual
from runtime.core.evaluation import Evaluation, Names, why
from runtime.core.events import ItemWaiting
from runtime.core.kinds.effects import Beginning, Begun, NewTask
from runtime.rules import feel


def begin(beginning: Beginning) -> Begun:
    """The task opens, for the person whom the rule of its queue names, if it names one."""
    compiled = beginning.item.compiled
    definition, evaluation = compiled.definition, beginning.evaluation
    assert isinstance(definition, Manual)
    found, doubt = assignee(compiled.assign, beginning.names, evaluation)
    due = beginning.release.due(definition.queue, definition.duration, evaluation.now)
    return Begun(event=ItemWaiting(definition.queue), task=NewTask(assignee=found, due_at=due, doubt=doubt))


def assignee(rule: feel.Expression | None, names: Names, evaluation: Evaluation) -> tuple[str | None, str]:
    """The user a queue's rule gives a task to; None with the reason where it names none."""
    if rule is None:
        return None, ""
    result = evaluation.value(rule, names)
    if isinstance(result.value, str) and result.value:
        return result.value, ""
    return None, f"`{rule.text}` names no user: {why(result)}"
