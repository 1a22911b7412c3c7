"""What this installation says about itself: one frozen object, read from the environment once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "ORDERLOOM_"


class WrongSetting(Exception):
    """A setting is missing or makes no sense; the message says which, and what to write instead."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every field is the environment variable ORDERLOOM_<FIELD>; docs/settings.md explains each."""

    environment: Literal["development", "production"] = "development"
    instance: Path = ROOT / "instance"
    database: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str
    secret_key: str
    web_threads: int = 8
    worker_threads: int = 8
    proxies: int = 0
    session_hours: int = 12
    body_megabytes: int = 10
    four_eyes: bool = False

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Reads ORDERLOOM_*; raises WrongSetting for an unknown name, a bad number or a missing secret."""
        given = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
        if unknown := sorted(given.keys() - set(cls.__struct_fields__)):
            raise WrongSetting(f"there is no setting {PREFIX}{unknown[0].upper()}; docs/settings.md lists them all")

        environment = given.get("environment", "development")
        if environment not in ("development", "production"):
            raise WrongSetting(f"{PREFIX}ENVIRONMENT is {environment!r}; write development or production")
        instance = Path(given.get("instance") or ROOT / "instance").resolve()
        port = _number(given, "port", 8000)
        return cls(
            environment=environment,
            instance=instance,
            database=given.get("database") or f"sqlite:///{instance / 'orderloom.db'}",
            host=given.get("host") or "127.0.0.1",
            port=port,
            public_url=(given.get("public_url") or f"http://127.0.0.1:{port}").rstrip("/"),
            secret_key=given.get("secret_key") or _development_secret(environment, instance),
            web_threads=_number(given, "web_threads", 8),
            worker_threads=_number(given, "worker_threads", 8),
            proxies=_number(given, "proxies", 0),
            session_hours=_number(given, "session_hours", 12),
            body_megabytes=_number(given, "body_megabytes", 10),
            four_eyes=_truth(given, "four_eyes"),
        )


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise WrongSetting(f"{PREFIX}{name.upper()} is {text!r}; write a whole number")
    return int(text)


def _truth(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "")
    if text not in ("", "yes", "no"):
        raise WrongSetting(f"{PREFIX}{name.upper()} is {text!r}; write yes or no")
    return text == "yes"


def _development_secret(environment: str, instance: Path) -> str:
    """A secret made once and kept in the instance folder, so that a restart signs nobody out."""
    if environment != "development":
        raise WrongSetting(
            f"{PREFIX}SECRET_KEY is not set; outside development it has no default. "
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
