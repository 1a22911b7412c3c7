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
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
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

hasher = PasswordHasher()
_nobody = hasher.hash(secrets.token_urlsafe())


class WrongAccount(Refusal):
    """An account or token cannot be made as asked."""


class LastAdmin(WrongAccount):
    """Nobody would be left who may sign in and give roles."""


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
    """Adds a user; raises WrongAccount for a name that is taken, an unknown role, or a password of a wrong length."""
    hashed = _hashed(password)
    if connection.execute(select(users.c.id).where(users.c.name == name)).first():
        raise WrongAccount(f"there is already a user {name!r}")
    row = users.insert().values(
        name=name,
        full_name=full_name,
        roles=_listed(roles),
        password=hashed,
        stamp=_new_stamp(),
        active=True,
        created_at=now,
    )
    return connection.execute(row.returning(users.c.id)).scalar_one()


def change_user(
    connection: Connection,
    user_id: int,
    *,
    full_name: str,
    roles: tuple[Role, ...],
    active: bool,
    password: str | None = None,
) -> None:
    """Changes an account. Whoever may no longer sign in, or has a new password, is signed out everywhere at once.

    Raises Unknown where there is no such user, WrongAccount for an unknown role or password, and LastAdmin.
    """
    # Locked in one order, so that two admins who take the role from each other at once cannot both succeed.
    rows = connection.execute(select(users).where(users.c.active).order_by(users.c.id).with_for_update()).all()
    before = user_row(connection, user_id)
    remains = active and "process admin" in roles
    admins = {row.id for row in rows if "process admin" in json.loads(row.roles)}
    if admins == {user_id} and not remains:
        raise LastAdmin(
            f"{before.full_name} is the last process admin who may sign in; give somebody else the role first"
        )
    values = {"full_name": full_name, "roles": _listed(roles), "active": active}
    if password is not None:
        values["password"] = _hashed(password)
    if password is not None or (before.active and not active):
        values["stamp"] = _new_stamp()
    connection.execute(update(users).where(users.c.id == user_id).values(values))


def change_password(connection: Connection, user_id: int, password: str) -> User:
    """Gives a user a new password, which ends their sessions, and says who they are by now, for one that goes on."""
    values = {"password": _hashed(password), "stamp": _new_stamp()}
    return _user(connection.execute(update(users).where(users.c.id == user_id).values(values).returning(users)).one())


def user_row(connection: Connection, user: int | str) -> Row:
    """Everything about a user, by number or name, also of one who may not sign in; raises Unknown."""
    known_by = users.c.id == user if isinstance(user, int) else users.c.name == user
    row = connection.execute(select(users).where(known_by)).first()
    if row is None:
        raise Unknown(f"there is no user {user!r}")
    return row


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
        hasher.verify(row.password if row else _nobody, password)
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
    query = select(tokens, users.c.name.label("user_name"), users.c.active.label("user_active")).join(
        users, tokens.c.user_id == users.c.id
    )
    return list(connection.execute(query.order_by(tokens.c.revoked_at.is_not(None), tokens.c.id.desc())))


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WrongAccount(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return hasher.hash(password)


def _listed(roles: tuple[Role, ...]) -> str:
    if unknown := set(roles) - set(ROLES):
        raise WrongAccount(f"there is no role {min(unknown)!r}; the roles are {', '.join(ROLES)}")
    return json.dumps(sorted(roles))


def _new_stamp() -> str:
    return secrets.token_hex(8)


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
