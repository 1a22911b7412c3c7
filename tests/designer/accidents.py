"""Each makes one stage raise what nobody expected, for the definitions called "broken"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from designer import drafts, models
from designer.checks import checking, tables


def fail_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = models.shared

    def read(kind: str, text: str) -> Any:
        if '"broken"' in text:
            raise RuntimeError("nobody expected this")
        return shared(kind, text)

    monkeypatch.setattr(models, "shared", read)


def fail_checking(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(everything: Any, table: Any) -> Iterator[Any]:
        if table.key == "broken":
            raise RuntimeError("nobody expected this")
        yield from ()

    monkeypatch.setitem(checking.CHECKS, "table", (*checking.CHECKS["table"], check))


def fail_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ = tables.tables.compile

    def compiled(document: Any, *rest: Any, **more: Any) -> Any:
        if document.key == "broken":
            raise RuntimeError("nobody expected this")
        return compile_(document, *rest, **more)

    monkeypatch.setattr(tables.tables, "compile", compiled)


def fail_naming(monkeypatch: pytest.MonkeyPatch) -> None:
    decode = drafts._decode_named

    def named(document: str) -> Any:
        if '"broken"' in document:
            raise RuntimeError("nobody expected this")
        return decode(document)

    monkeypatch.setattr(drafts, "_decode_named", named)
