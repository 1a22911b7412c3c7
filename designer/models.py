"""The tables of what people are still changing; they share the runtime's metadata."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from runtime import schema
from runtime.core.definitions import Definition
from runtime.core.release import CompiledDefinition
from runtime.published import shared


class Base(DeclarativeBase):
    metadata = schema.metadata


class Draft(Base):
    """The one editable state of a definition.

    When it is published or discarded the row stays without a document, so that a revision is never given
    out twice: a page left open over lunch cannot overwrite the draft somebody started since.
    """

    __tablename__ = "drafts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    base_version: Mapped[str | None] = mapped_column(String(64))  # the version it was started from
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))
    authors: Mapped[str] = mapped_column(Text, server_default="[]")  # JSON: everybody who saved it since it was started

    @property
    def name(self) -> str:
        """How it is called wherever definitions of all kinds are mixed: "kind/key"."""
        return f"{self.kind}/{self.key}"

    @property
    def definition(self) -> Definition:
        assert self.document is not None, "a published or discarded draft is not handed out"
        return self.shared[1].document

    @property
    def shared(self) -> tuple[str, CompiledDefinition]:
        """The id that its version would have, and the definition, which everybody shares."""
        assert self.document is not None, "a published or discarded draft is not handed out"
        return shared(self.kind, self.document)

    @property
    def title(self) -> str:
        """What people call it; its key where it cannot be read."""
        try:
            return self.definition.name or self.key
        except Exception:
            return self.key

    @property
    def written_by(self) -> list[str]:
        return msgspec.json.decode(self.authors, type=list[str])


class SetAside(Base):
    """A draft that gave way to a restored version, or was discarded: nobody's work is lost by going back."""

    __tablename__ = "set_aside_drafts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)  # what the draft had; never given out twice
    document: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    set_aside_at: Mapped[int] = mapped_column(BigInteger)
    set_aside_by: Mapped[str] = mapped_column(String(80))


class Layout(Base):
    """Where the cards of a definition stand: beside it, because moving a card is no change of meaning."""

    __tablename__ = "layouts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))

    @property
    def content(self) -> dict[str, Any]:
        return msgspec.json.decode(self.document, type=dict[str, Any])


class SavedCase(Base):
    """A test case of a definition, or of an order (kind "order", no key): what is given, and what must come out."""

    __tablename__ = "cases"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    given: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))


class Presence(Base):
    """A page that shows a definition right now. Rows lapse by their age, so a browser that dies leaves none behind."""

    __tablename__ = "presences"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    by: Mapped[str] = mapped_column(String(80), primary_key=True)
    page: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(Text)  # JSON: what is selected there
    seen_at: Mapped[int] = mapped_column(BigInteger)


class SavedFragment(Base):
    """A part of a plan that is used again and again, as it was cut out."""

    __tablename__ = "fragments"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))


class Filed(Base):
    """Who looks after a definition, and the words it is filed under: beside it, for neither changes what it means."""

    __tablename__ = "filed"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    tags: Mapped[str] = mapped_column(Text)  # JSON: a list of words
    updated_at: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))


class Proposed(Base):
    """A publication that waits for somebody else to approve it, or did.

    It names the drafts and pins what they said: what is approved is what was proposed, or nothing.
    """

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(schema.Number, primary_key=True)
    request: Mapped[str] = mapped_column(Text)  # designer.proposals.Request
    pins: Mapped[str] = mapped_column(Text)  # JSON: "kind/key" -> version id of the draft as it was proposed
    author: Mapped[str] = mapped_column(String(80))
    authors: Mapped[str] = mapped_column(Text)  # JSON: who may not approve it: the proposer, and who wrote the drafts
    created_at: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12), index=True)  # waiting, approved, rejected, withdrawn
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    release_id: Mapped[int | None] = mapped_column(ForeignKey("releases.id"))
