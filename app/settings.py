"""What this installation says about itself: one frozen object, read from the environment once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "ORDERLOOM_"
SECRET_LENGTH = 32  # characters that a secret key has at least in production
MAKE_A_SECRET = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"


class WrongSetting(Exception):
    """Settings are missing or make no sense; the message names each, what it is, and what it takes."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every field is the environment variable ORDERLOOM_<FIELD>; docs/settings.md explains each."""

    environment: Literal["development", "production"]
    instance: Path
    database: str
    host: str
    port: int
    public_url: str
    secret_key: str
    web_threads: int
    worker_threads: int
    connections: int
    stop_seconds: int
    proxies: int
    session_hours: int
    body_megabytes: int
    four_eyes: bool

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Reads ORDERLOOM_*; raises WrongSetting, which names all that is wrong, not only the first."""
        given = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
        values: dict[str, Any] = {}
        wrong = [_unknown(name, cls.__struct_fields__) for name in sorted(given.keys() - set(cls.__struct_fields__))]
        for name in cls.__struct_fields__:
            reads, default = SETTINGS[name]
            text = given.get(name) or default.format(root=ROOT, **values)
            try:
                values[name] = reads(text)
            except ValueError as error:
                wrong.append(f"{PREFIX}{name.upper()} is {_shown(name, text)}; {error}")
                values[name] = default  # only for the defaults of what follows
        if given.get("environment") == "production":
            wrong += _secret_faults(values["secret_key"])
        if wrong:
            raise WrongSetting("\n".join(wrong))
        values["secret_key"] = values["secret_key"] or _development_secret(values["instance"])
        return cls(**values)


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"write {' or '.join(choices)}")
        return text

    return read


def _yes(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and lowest <= int(text) <= highest):
            raise ValueError(f"write a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _folder(text: str) -> Path:
    path = Path(text).resolve()
    if path.exists() and not path.is_dir():
        raise ValueError("write the path of a folder; this is a file")
    return path


def _database(text: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    takes = "write sqlite:////path/to/file.db or postgresql://user:password@host/name"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"this is no database address; {takes}") from None
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        if not url.database:
            raise ValueError(f"the name of the database is missing; {takes}")
        return text
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"{url.drivername} is not supported; {takes}")
    if url.database in (None, "", ":memory:") or url.query:
        raise ValueError(f"the database must be a file, without options; {takes}")
    if Path(str(url.database)).is_dir():
        raise ValueError(f"this is a folder; {takes}")
    return text


def _host(text: str) -> str:
    if not text.isascii() or any(sign.isspace() or sign in "/[]" for sign in text):
        raise ValueError("write a host name or an IP address, as 127.0.0.1, 0.0.0.0 or ::1")
    return text


def _public_url(text: str) -> str:
    takes = "write https:// or http://, the host and, where it is not the usual one, the port; no path"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(takes) from None
    plain = text == f"{parts.scheme}://{parts.netloc}{parts.path}" and not any(sign.isspace() for sign in text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not plain or port == 0:
        raise ValueError(takes)
    if parts.path.strip("/"):
        raise ValueError(f"a path is not supported; {takes}")
    return text.rstrip("/")


# How each setting is read, and its default; a default may name settings before it. In the order of the fields.
SETTINGS: dict[str, tuple[Callable[[str], object], str]] = {
    "environment": (_one_of("development", "production"), "development"),
    "instance": (_folder, "{root}/instance"),
    "database": (_database, "sqlite:///{instance}/orderloom.db"),
    "host": (_host, "127.0.0.1"),
    "port": (_whole(1, 65535), "8000"),
    "public_url": (_public_url, "http://127.0.0.1:{port}"),
    "secret_key": (str, ""),
    "web_threads": (_whole(1, 40), "8"),  # each has a connection of its own to the database, and there are 48
    "worker_threads": (_whole(1, 200), "8"),
    "connections": (_whole(100, 50_000), "1000"),
    "stop_seconds": (_whole(1, 3600), "8"),
    "proxies": (_whole(0, 3), "0"),
    "session_hours": (_whole(1, 8760), "12"),
    "body_megabytes": (_whole(1, 1000), "10"),
    "four_eyes": (_yes, "no"),
}


def _shown(name: str, text: str) -> str:
    """A value as a message shows it: without the password of a database."""
    return repr(re.sub(r"(//[^:/@]*):.*@", r"\1:***@", text) if name == "database" else text)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    meant = get_close_matches(name, known, n=1)
    hint = f"; did you mean {PREFIX}{meant[0].upper()}?" if meant else ";"
    return f"there is no setting {PREFIX}{name.upper()}{hint} docs/settings.md lists them all"


def _secret_faults(secret: str) -> list[str]:
    """What speaks against a secret key in production; the key itself is not shown."""
    if not secret:
        return [f"{PREFIX}SECRET_KEY is not set; in production it has no default: {MAKE_A_SECRET}"]
    if len(secret) < SECRET_LENGTH or len(set(secret)) < 10:
        got = f"has {len(secret)} characters, {len(set(secret))} of them different"
        takes = f"write at least {SECRET_LENGTH} characters that nobody can guess"
        return [f"{PREFIX}SECRET_KEY {got}; {takes}: {MAKE_A_SECRET}"]
    return []


def _development_secret(instance: Path) -> str:
    """A secret made once and kept in the instance folder, so that a restart signs nobody out."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
