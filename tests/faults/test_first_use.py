"""The first things a process does, it may do in many threads at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults.killing import ROOT

# Every thread is let go at the same moment, in an interpreter that has decoded nothing yet.
AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
{prepare}
gate = threading.Barrier(8)
def first():
    gate.wait()
    {use}
threads = [threading.Thread(target=first) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
APP = (
    "from app import create_app; from app.settings import Settings; "
    "create_app(Settings.from_environment({'ORDERLOOM_SECRET_KEY': 'first use', 'ORDERLOOM_DATABASE': 'sqlite:///nowhere.db'}))"
)
USES = {
    "a definition": (
        "from runtime.core import versions",
        """versions.decode("plan", '{"kind": "plan", "key": "p", "name": "P", "items": []}')""",
    ),
    "what a program or a page sends": (
        f"import msgspec; {APP}; from app.api.bodies import NewOrder; from designer.fragments import Fragment",
        """msgspec.json.decode('{"cards": [], "lines": [{"from": 0, "to": 1}]}', type=Fragment)
    msgspec.json.decode('{"lines": [{"id": "1", "specification": "s", "action": "add"}]}', type=NewOrder)""",
    ),
    "the name of a draft": (
        "from designer import drafts",
        """drafts._named('{"key": "p", "name": "P"}')""",
    ),
}


@pytest.mark.parametrize("what", USES)
def test_many_threads_may_read_the_first_of_its_sort(what: str) -> None:
    prepare, use = USES[what]
    for _ in range(5):  # chance decides whether two of them meet
        found = subprocess.run(
            [sys.executable, "-c", AT_ONCE.format(prepare=prepare, use=use)], cwd=ROOT, capture_output=True, text=True
        )
        assert found.returncode == 0 and not found.stderr, found.stderr[-500:] or f"it ended with {found.returncode}"
