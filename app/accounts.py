"""Stores who may enter: users with roles and argon2 hashes, and API tokens kept only as digests."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from msgspec import Struct
from sqlalchemy import Boolean, Column, ForeignKey, Row, String, Table, Text, select, update

from runtime.database import Connection
from runtime.errors import Refusal, Unknown
from runtime.schema import Moment, Number, metadata

Role = Literal[
    "process admin",
    "order agent",
    "order approver",
    "fulfilment agent",
    "fulfilment manager",
    "fallout agent",
    "fallout manager",
    "customer",
    "api",
]
Scope = Literal["orders:read", "orders:write", "definitions:read", "definitions:write", "tasks:write"]
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)
MARK = "olm_"  # lets people and secret scanners recognise one of our tokens

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("full_name", String(200), nullable=False),
    Column("roles", Text, nullable=False),  # JSON list
    Column("password", String(200), nullable=False),  # argon2id
    Column("stamp", String(16), nullable=False),  # part of every session; a new one ends them all
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256: a token has 256 bits of its own
    Column("scopes", Text, nullable=False),  # JSON list
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_urlsafe())


class WrongAccount(Refusal):
    """An account or token cannot be made as asked."""


class User(Struct, frozen=True, kw_only=True):
    """Somebody who may enter; `scopes` is None in a browser session and a token's limits otherwise."""

    id: int
    name: str
    full_name: str
    roles: frozenset[str]
    stamp: str
    scopes: frozenset[str] | None = None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return f"{self.id}.{self.stamp}"

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


def add_user(
    connection: Connection, name: str, *, full_name: str, roles: tuple[Role, ...], password: str, now: int
) -> int:
    """Adds a user; raises WrongAccount for a name that is taken, an unknown role or a short password."""
    if unknown := set(roles) - set(ROLES):
        raise WrongAccount(f"there is no role {min(unknown)!r}; the roles are {', '.join(ROLES)}")
    if len(password) < 8:
        raise WrongAccount("a password needs at least 8 characters")
    if connection.execute(select(users.c.id).where(users.c.name == name)).first():
        raise WrongAccount(f"there is already a user {name!r}")
    row = users.insert().values(
        name=name,
        full_name=full_name,
        roles=json.dumps(sorted(roles)),
        password=_hasher.hash(password),
        stamp=secrets.token_hex(8),
        active=True,
        created_at=now,
    )
    return connection.execute(row.returning(users.c.id)).scalar_one()


def find_user(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(users).where(users.c.name == name, users.c.active)).first()
    return _user(row) if row else None


def user_of_session(connection: Connection, session_id: str) -> User | None:
    """The user whom `User.get_id` named, unless inactive or with a newer stamp."""
    number, _, stamp = session_id.partition(".")
    if not number.isdecimal():
        return None
    row = connection.execute(select(users).where(users.c.id == int(number), users.c.active)).first()
    return _user(row) if row and secrets.compare_digest(row.stamp, stamp) else None


def check_password(connection: Connection, name: str, password: str) -> User | None:
    """The user, if the password is right. An unknown name takes as long as a wrong password."""
    row = connection.execute(select(users).where(users.c.name == name, users.c.active)).first()
    try:
        _hasher.verify(row.password if row else _nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return _user(row) if row else None


def add_token(
    connection: Connection,
    user: User,
    *,
    name: str,
    scopes: tuple[Scope, ...],
    now: int,
    expires_at: int | None = None,
) -> str:
    """Makes a token and gives its text, which is stored nowhere."""
    if unknown := set(scopes) - set(SCOPES):
        raise WrongAccount(f"there is no scope {min(unknown)!r}; the scopes are {', '.join(SCOPES)}")
    token = MARK + secrets.token_urlsafe(32)
    connection.execute(
        tokens.insert().values(
            user_id=user.id,
            name=name,
            digest=_digest(token),
            scopes=json.dumps(sorted(scopes)),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return token


def user_of_token(connection: Connection, token: str, now: int) -> User | None:
    """The user a token speaks for, limited to its scopes; None if unknown, revoked or expired."""
    query = select(users, tokens.c.scopes, tokens.c.expires_at, tokens.c.revoked_at).join(
        tokens, tokens.c.user_id == users.c.id
    )
    row = connection.execute(query.where(tokens.c.digest == _digest(token), users.c.active)).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return _user(row, scopes=frozenset(json.loads(row.scopes)))


def revoke_token(connection: Connection, token_id: int, now: int) -> None:
    """Ends a token at once; raises Unknown where there is none that is still good."""
    revoked = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    if connection.execute(revoked).rowcount != 1:
        raise Unknown(f"there is no token {token_id} that could be revoked")


def list_users(connection: Connection) -> list[Row]:
    return list(connection.execute(select(users).order_by(users.c.name)))


def list_tokens(connection: Connection) -> list[Row]:
    query = select(tokens, users.c.name.label("user_name")).join(users, tokens.c.user_id == users.c.id)
    return list(connection.execute(query.order_by(tokens.c.revoked_at.is_not(None), tokens.c.id.desc())))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: Row, scopes: frozenset[str] | None = None) -> User:
    return User(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        roles=frozenset(json.loads(row.roles)),
        stamp=row.stamp,
        scopes=scopes,
    )
