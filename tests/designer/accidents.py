"""Each makes one stage raise what nobody expected, for the definitions called "broken"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from designer import drafts
from designer.checks import checking, tables
from runtime.core import versions


def fail_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    decode = versions.decode

    def read(kind: str, text: str | bytes) -> Any:
        if '"broken"' in (text if isinstance(text, str) else text.decode()):
            raise RuntimeError("nobody expected this")
        return decode(kind, text)

    monkeypatch.setattr(versions, "decode", read)


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
