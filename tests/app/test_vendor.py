"""Third-party browser code is exactly what `make vendor` made, licensed, and self-contained."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LOCK = VENDOR / "vendor.lock"
TEST_VENDOR = ROOT / "tests" / "browser" / "vendor"


def locked() -> dict[str, str]:
    pairs = (line.split("  ", 1) for line in LOCK.read_text().splitlines())
    return {name: digest for digest, name in pairs}


def present() -> set[str]:
    files = [file for base in (VENDOR, TEST_VENDOR) for file in base.rglob("*") if file.is_file() and file != LOCK]
    return {file.relative_to(ROOT).as_posix() for file in files}


def test_every_vendored_file_is_locked_and_no_other_is_there():
    assert set(locked()) == present()


@pytest.mark.parametrize("name", sorted(locked()))
def test_a_vendored_file_is_what_was_locked(name: str):
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == locked()[name]


def test_every_library_carries_its_licence():
    libraries = [folder for base in (VENDOR, TEST_VENDOR) for folder in base.iterdir() if folder.is_dir()]

    assert [folder.name for folder in libraries if not (folder / "LICENSE").is_file()] == []


def test_the_import_map_names_files_that_exist():
    imports = json.loads((VENDOR / "importmap.json").read_text())["imports"]

    assert [path for path in imports.values() if not (ROOT / path.lstrip("/")).is_file()] == []


def test_bundled_modules_import_nothing_that_the_import_map_lacks():
    imports = json.loads((VENDOR / "importmap.json").read_text())["imports"]
    for path in imports.values():
        source = (ROOT / path.lstrip("/")).read_text()
        wanted = set(re.findall(r"""(?:^|[;}])import\s*(?:[^"';()]*?from\s*)?["']([^"']+)["']""", source))
        assert wanted <= set(imports), path


def test_the_lock_file_of_the_packages_names_no_host():
    packages = json.loads((ROOT / "tools" / "vendor" / "package-lock.json").read_text())["packages"]

    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_wanted_icon_is_in_the_sprite():
    lines = (ROOT / "tools" / "vendor" / "icons.txt").read_text().splitlines()
    wanted = {line.strip() for line in lines if line.strip() and not line.startswith("#")}

    assert set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "lucide" / "sprite.svg").read_text())) == wanted
