"""Settings come from the environment, once, and every one of them is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import ROOT, Settings, WrongSetting


def test_every_setting_is_documented_and_every_documented_setting_exists():
    documented = set(re.findall(r"`ORDERLOOM_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text()))

    assert documented == {field.upper() for field in Settings.__struct_fields__}


def test_a_misspelt_setting_is_refused_instead_of_ignored(tmp_path: Path):
    with pytest.raises(WrongSetting, match="ORDERLOOM_PROT"):
        Settings.from_environment({"ORDERLOOM_PROT": "8080", "ORDERLOOM_INSTANCE": str(tmp_path)})


def test_production_has_no_default_secret(tmp_path: Path):
    with pytest.raises(WrongSetting, match="ORDERLOOM_SECRET_KEY is not set"):
        Settings.from_environment({"ORDERLOOM_ENVIRONMENT": "production", "ORDERLOOM_INSTANCE": str(tmp_path)})


def test_the_development_secret_is_random_private_and_survives_a_restart(tmp_path: Path):
    first = Settings.from_environment({"ORDERLOOM_INSTANCE": str(tmp_path / "a")})
    again = Settings.from_environment({"ORDERLOOM_INSTANCE": str(tmp_path / "a")})
    other = Settings.from_environment({"ORDERLOOM_INSTANCE": str(tmp_path / "b")})

    assert first.secret_key == again.secret_key != other.secret_key
    assert len(first.secret_key) > 40
    assert (tmp_path / "a" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_port_that_is_no_number_is_refused(tmp_path: Path):
    with pytest.raises(WrongSetting, match="ORDERLOOM_PORT is 'http'"):
        Settings.from_environment({"ORDERLOOM_PORT": "http", "ORDERLOOM_INSTANCE": str(tmp_path)})


def test_the_port_is_part_of_the_address_given_to_systems(tmp_path: Path):
    settings = Settings.from_environment({"ORDERLOOM_PORT": "9001", "ORDERLOOM_INSTANCE": str(tmp_path)})

    assert settings.public_url == "http://127.0.0.1:9001"
