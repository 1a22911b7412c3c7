"""Settings come from the environment, once; each is checked at the start and documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import ROOT, SETTINGS, Settings, WrongSetting


def read(folder: Path, **given: str) -> Settings:
    variables = {f"ORDERLOOM_{name.upper()}": value for name, value in given.items()}
    return Settings.from_environment({"ORDERLOOM_INSTANCE": str(folder), **variables})


def documented() -> dict[str, list[str]]:
    """Name of a setting -> its default, what it takes and what it says, as docs/settings.md has them."""
    rows = re.findall(r"^\| `ORDERLOOM_([A-Z_]+)` \|(.*)\|$", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    return {name.lower(): [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_every_setting_is_documented_with_its_default():
    defaults = {
        name: default.format(root="<code>", instance="<instance>", port="<port>")
        for name, (_, default) in SETTINGS.items()
    }

    assert list(SETTINGS) == list(Settings.__struct_fields__)
    assert {name: cells[0].strip("`") for name, cells in documented().items()} == defaults | {"secret_key": "none"}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_documented_range_of_a_setting_is_the_one_that_is_checked(name: str, tmp_path: Path):
    takes = documented()[name][1]
    numbers = re.fullmatch(r"(\d+) to (\d+)", takes)
    choices = re.fullmatch(r"`(\w+)` or `(\w+)`", takes)
    good = numbers.groups() if numbers else choices.groups() if choices else ()
    bad = (
        [str(int(good[0]) - 1), str(int(good[1]) + 1), "many", "1.5", "-1"]
        if numbers
        else ["perhaps"]
        if choices
        else []
    )

    for value in good:
        if value != "production":
            read(tmp_path, **{name: value})
    for value in bad:
        with pytest.raises(WrongSetting, match=f"ORDERLOOM_{name.upper()} is '{value}'; write"):
            read(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("database", "orders.db", "no database address"),
        ("database", "mysql://root@db/orders", "mysql is not supported"),
        ("database", "sqlite://", "must be a file"),
        ("database", "sqlite:///:memory:", "must be a file"),
        ("database", "sqlite:////", "this is a folder"),
        ("database", "postgresql://db", "the name of the database is missing"),
        ("database", "postgresql://ada@db:port/orders", "no database address"),
        ("public_url", "localhost", "write https:// or http://"),
        ("public_url", "https://", "write https:// or http://"),
        ("public_url", "https://orders.example:0", "write https:// or http://"),
        ("public_url", "https://orders.example:99999", "write https:// or http://"),
        ("public_url", "https://ada:secret@orders.example", "write https:// or http://"),
        ("public_url", "https://orders.example?a=b", "write https:// or http://"),
        ("public_url", "https://orders.example/looms", "a path is not supported"),
        ("host", "http://orders.example", "write a host name or an IP address"),
        ("port", "٣", "write a whole number from 1 to 65535"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_with_what_it_takes(name: str, value: str, says: str, tmp_path: Path):
    with pytest.raises(WrongSetting, match=f"^ORDERLOOM_{name.upper()} is '{re.escape(value)}'; .*{says}"):
        read(tmp_path, **{name: value})


def test_an_instance_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(WrongSetting, match=r"ORDERLOOM_INSTANCE .* this is a file"):
        read(tmp_path / "file")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, port="0", web_threads="0", environment="staging")

    assert [line.split()[0] for line in str(refused.value).splitlines()] == [
        "ORDERLOOM_ENVIRONMENT", "ORDERLOOM_PORT", "ORDERLOOM_WEB_THREADS",
    ]  # fmt: skip


def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(tmp_path: Path):
    with pytest.raises(WrongSetting, match="ORDERLOOM_PROT; did you mean ORDERLOOM_PORT"):
        read(tmp_path, prot="8080")


def test_the_password_of_a_database_is_not_shown(tmp_path: Path):
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, database="mysql://root:opensesame@db/orders")

    assert "opensesame" not in str(refused.value)


def test_production_has_no_default_secret(tmp_path: Path):
    with pytest.raises(WrongSetting, match="ORDERLOOM_SECRET_KEY is not set"):
        read(tmp_path, environment="production")


@pytest.mark.parametrize("secret", ["x", "x" * 40, "hunter2" * 4])
def test_production_refuses_a_secret_that_can_be_guessed_without_showing_it(secret: str, tmp_path: Path):
    with pytest.raises(WrongSetting, match=r"ORDERLOOM_SECRET_KEY has .* make one with") as refused:
        read(tmp_path, environment="production", secret_key=secret)

    assert f"{secret} " not in str(refused.value)


def test_the_development_secret_is_random_private_and_survives_a_restart(tmp_path: Path):
    first, again, other = read(tmp_path / "a"), read(tmp_path / "a"), read(tmp_path / "b")

    assert first.secret_key == again.secret_key != other.secret_key
    assert len(first.secret_key) > 40
    assert (tmp_path / "a" / "secret_key").stat().st_mode & 0o077 == 0


def test_the_port_is_part_of_the_address_given_to_systems(tmp_path: Path):
    assert read(tmp_path, port="9001").public_url == "http://127.0.0.1:9001"


def test_an_empty_setting_has_its_default(tmp_path: Path):
    assert read(tmp_path, port="").port == 8000
