"""Who may enter a route: every route says so with `@allow`, and one that does not is refused at start-up.

A browser comes with a session and a CSRF token, a program with `Authorization: Bearer <token>`. A request that
carries a bearer token is judged by that alone: its session, if any, is not looked at, so it needs no CSRF token.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

from flask import Flask, Request, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from msgspec import Struct

from app import accounts, db
from app.accounts import ROLES, SCOPES, Role, Scope, User
from app.settings import Settings

ANYONE = "anyone"
SIGNED_IN = "signed in"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class NotSignedIn(Exception):
    """Nobody is signed in, or the token is unknown, expired or revoked."""


class NotAllowed(Exception):
    """The user is known, and may not do this; the message says what would be needed."""


class UnguardedRoute(Exception):
    """A route does not say who may enter: put @allow(...) on its view."""


class Access(Struct, frozen=True):
    """What a route says of itself."""

    roles: frozenset[str]
    scope: Scope | None
    csrf: bool


def allow(*roles: Role | str, scope: Scope | None = None, csrf: bool = True) -> Callable[[View], View]:
    """Says who may enter a route: users with one of `roles`, or ANYONE, or whoever is SIGNED_IN.

    With a `scope` the route also takes bearer tokens that have it (and whose user has one of the roles).
    `csrf=False` is for routes that look at no session at all, such as callbacks with a token in the address.
    """
    if not roles or not {*ROLES, ANYONE, SIGNED_IN}.issuperset(roles):
        raise TypeError(f"@allow needs roles out of {ROLES}, ANYONE or SIGNED_IN; got {roles}")
    if scope is not None and scope not in SCOPES:
        raise TypeError(f"@allow: there is no scope {scope!r}; the scopes are {SCOPES}")
    if not csrf and ANYONE not in roles:
        raise TypeError("@allow: a route without CSRF protection must not depend on who is signed in")

    def mark(view: View) -> View:
        view.access = Access(frozenset(roles), scope, csrf)  # type: ignore[attr-defined]
        return view

    return mark


_login = LoginManager()
_csrf = CSRFProtect()


def plug_into(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="orderloom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.encrypted,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_CHECK_DEFAULT=False,  # _guard decides, after it knows how the caller identifies itself
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
        WTF_CSRF_SSL_STRICT=settings.encrypted,
    )
    _login.init_app(app)
    _csrf.init_app(app)
    app.before_request(_guard)
    app.add_template_global(may)


def refuse_unguarded_routes(app: Flask) -> None:
    """Raises UnguardedRoute naming every route that does not say who may enter."""
    silent = [rule.rule for rule in app.url_map.iter_rules() if _access(app, rule.endpoint) is None]
    if silent:
        raise UnguardedRoute(f"no @allow on {', '.join(sorted(silent))}")


def may(*roles: str) -> bool:
    """Whether the current user has one of these roles; for templates."""
    return current_user.is_authenticated and current_user.has(*roles)


def user_name() -> str:
    """The name to record as the author of what this request does."""
    return cast(str, current_user.name)


def _access(app: Flask, endpoint: str) -> Access | None:
    return getattr(app.view_functions[endpoint], "access", None)


def _guard() -> None:
    if request.endpoint is None:
        return  # no such route, or the wrong method: Flask answers that itself
    access = _access(current_app, request.endpoint)
    assert access is not None, "refuse_unguarded_routes ran at start-up"

    by_token = _bearer(request) is not None
    if not access.roles & {ANYONE}:
        if not current_user.is_authenticated:
            raise NotSignedIn
        user = cast(User, current_user)
        if SIGNED_IN not in access.roles and not user.has(*access.roles):
            raise NotAllowed(f"this needs the role {_either(access.roles)}")
        if user.scopes is not None and access.scope is None:
            raise NotAllowed("this address is for people: sign in, tokens are not accepted here")
        if user.scopes is not None and access.scope not in user.scopes:
            raise NotAllowed(f"the token lacks the scope {access.scope}")
    if access.csrf and not by_token:
        _csrf.protect()


def _either(roles: frozenset[str]) -> str:
    return " or ".join(role for role in ROLES if role in roles)


def _bearer(request: Request) -> str | None:
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


@_login.user_loader
def _user_of_session(session_id: str) -> User | None:
    if _bearer(request) is not None:
        return None
    # A connection of its own: looking up the caller must not make a POST queue for the writer yet.
    with db.orderloom().database.reading() as connection:
        return accounts.user_of_session(connection, session_id)


@_login.request_loader
def _user_of_token(request: Request) -> User | None:
    token = _bearer(request)
    if token is None:
        return None
    with db.orderloom().database.reading() as connection:
        return accounts.user_of_token(connection, token, db.now())
