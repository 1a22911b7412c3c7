"""Finds a Chromium for the browser tests and the screenshots, and gets one where it can.

In this order: $CHROMIUM, the system's, one that `apt-get` installs where we are root on Debian or Ubuntu, Playwright's
own download. `python -m tools.chromium` prints the path; with --obtain it may install.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Neither a sandbox, which containers forbid, nor calls home, which the tests must not depend on.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
TEN_MINUTES = 600


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *MACOS, _playwrights()]
    return next((path for path in candidates if path and _starts(path)), None)


def obtain() -> str | None:
    """Like find, but installs one where there is none and that is possible."""
    return find() or (_apt() and find()) or (_download() and find()) or None


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights() -> str | None:
    """Where Playwright's own download would be."""
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or {
        "Darwin": "~/Library/Caches/ms-playwright",
    }.get(platform.system(), "~/.cache/ms-playwright")
    patterns = ("chromium-*/chrome-*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell")
    found = [path for pattern in patterns for path in Path(cache).expanduser().glob(pattern)]
    return str(found[0]) if found else None


def _apt() -> bool:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    package = "chromium"
    print(f"No Chromium here: installing the package {package} ...", flush=True)
    return all(
        _run(["apt-get", "-qq", *command], environment)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package])
    )


def _download() -> bool:
    print("No Chromium here: asking Playwright for its own ...", flush=True)
    return _run([sys.executable, "-m", "playwright", "install", "chromium"], os.environ)


def _run(command: list[str], environment: os._Environ[str] | dict[str, str]) -> bool:
    try:
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, timeout=TEN_MINUTES)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {' '.join(command[:2])}: {error}")
        return False
    if done.returncode:
        print(f"  {' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.returncode == 0


if __name__ == "__main__":
    path = obtain() if "--obtain" in sys.argv else find()
    print(f"Browser: {path}" if path else "Browser: none; browser tests will not run")
