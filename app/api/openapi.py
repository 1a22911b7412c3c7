"""The OpenAPI description of the native API, made from the routes, and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from msgspec import Meta, Struct
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.model_adapter.msgspec_adapter import MsgspecModelAdapter
from spectree.models import SecureType, SecuritySchemeData

from app.api.bodies import Problem
from app.auth import ANYONE, allow

View = Callable[..., ResponseReturnValue]

routes = Blueprint("openapi", __name__, url_prefix="/api")


def _name(model: Any) -> str:
    return getattr(model, "__name__", "Definition")


# Only describes: bodies are read by runtime/core/reading.py, which points to each fault.
spec = SpecTree(
    "flask",
    mode="strict",
    annotations=False,
    validation_error_model=Problem,
    title="Orderloom",
    version="1",
    description=(
        "Everything a program can do with Orderloom. Errors are `application/problem+json` (RFC 9457) with a JSON "
        "pointer for each fault. A POST that creates heeds `Idempotency-Key`; a read answers 304 to the ETag it gave."
    ),
    model_adapter=MsgspecModelAdapter(),  # type: ignore[arg-type]
    naming_strategy=_name,
    nested_naming_strategy=lambda _parent, child: child,
    security_schemes=[
        SecurityScheme(
            name="token",
            data=SecuritySchemeData(
                type=SecureType.HTTP, scheme="bearer", description="made with `python -m app token`"
            ),
        )
    ],
    security={"token": []},
)


class KeyHeader(Struct, rename={"key": "Idempotency-Key"}):
    """For requests that create."""

    key: str | msgspec.UnsetType = msgspec.UNSET


def parameters(name: str, **fields: tuple[Any, str]) -> type[Struct]:
    """A model of optional query parameters: name -> (type, description)."""
    columns = [
        (field, Annotated[kind, Meta(description=text)] | msgspec.UnsetType, msgspec.UNSET)
        for field, (kind, text) in fields.items()
    ]
    return msgspec.defstruct(name, columns)


def described(
    tag: str,
    answer: Any = None,
    *,
    status: int = 200,
    body: Any = None,
    query: type[Struct] | None = None,
    creates: bool = False,
    anyone: bool = False,
    refusals: Sequence[int] = (),
    also: Mapping[int, Any] = MappingProxyType({}),
) -> Callable[[View], View]:
    """Puts a view into the description: its docstring says what it does, `answer` what it gives with `status`, and
    `also` what it may give besides. `anyone` may call without a token."""
    models: dict[str, Any] = {f"HTTP_{code}": Problem for code in (*(() if anyone else (401, 403)), *refusals)}
    models |= {f"HTTP_{code}": model for code, model in also.items()}
    codes: tuple[str, ...] = ()
    if answer is None:
        codes = (f"HTTP_{status}",)
    else:
        models[f"HTTP_{status}"] = answer
    validated = spec.validate(
        json=body,
        query=query,
        headers=KeyHeader if creates else None,
        resp=Answers(*codes, **models),
        tags=(tag,),
        security=[] if anyone else None,
        skip_validation=True,
        validation_error_status=422,
    )
    result: Callable[[View], View] = validated
    return result


@cache
def _document() -> bytes:
    document = spec.spec
    for path in document["paths"].values():
        for operation in path.values():
            for code, answer in operation["responses"].items():
                if code.startswith(("4", "5")) and "content" in answer:
                    answer["content"] = {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
    return msgspec.json.encode(document, order="sorted")


@routes.get("/openapi.json")
@allow(ANYONE, csrf=False)
def openapi() -> ResponseReturnValue:
    return Response(_document(), mimetype="application/json")


@routes.get("/docs")
@allow(ANYONE, csrf=False)
def docs() -> ResponseReturnValue:
    return render_template("api/docs.html")
