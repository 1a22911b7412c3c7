"""The command line does what an operator scripts, and says in a line what is wrong."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner, Result

from app import accounts
from app.cli import cli
from app.settings import ROOT
from designer.exchange import folder
from runtime import queries, systems
from runtime.core import versions
from runtime.database import Connection, Database
from tests.builders import a_catalog, a_plan, a_policy, a_specification, an_item


class Console:
    """A terminal of one installation."""

    def __init__(self, instance: Path) -> None:
        self.environment = {"ORDERLOOM_INSTANCE": str(instance)}

    def run(self, *words: str, fed: str | None = None, **environment: str) -> Result:
        return CliRunner(env={**self.environment, **environment}).invoke(cli, list(words), input=fed)

    def done(self, *words: str, fed: str | None = None) -> str:
        result = self.run(*words, fed=fed)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def new(tmp_path: Path) -> Console:
    """An installation that was never started."""
    return Console(tmp_path / "instance")


@pytest.fixture
def console(new: Console, migrated: Path) -> Console:
    """An installation whose database is ready, and empty."""
    folder = Path(new.environment["ORDERLOOM_INSTANCE"])
    folder.mkdir()
    shutil.copy(migrated, folder / "orderloom.db")
    return new


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    specification = a_specification(identifiers=("FIBRE",))
    definitions = {**a_catalog(a_plan(an_item())), "specification/fibre": specification}
    folder.write(definitions.values(), tmp_path / "catalog")
    return tmp_path / "catalog"


def an_order_text(offering: str = "FIBRE") -> str:
    item = {"id": "1", "action": "add", "productOffering": {"id": offering}}
    return json.dumps({"@type": "ProductOrder", "productOrderItem": [item]})


def test_migrate_can_be_run_again(new: Console):
    assert new.done("migrate") == new.done("migrate")


def test_every_command_and_option_explains_itself(console: Console):
    for name in cli.list_commands(Context(cli)):
        command = cli.get_command(Context(cli), name)
        assert command is not None
        assert command.help, f"{name} has no help"
        assert "Usage:" in console.done(name, "--help")


def test_what_is_published_is_exported_with_the_same_hashes(console: Console, catalog: Path, tmp_path: Path):
    console.done("publish", str(catalog), "--note", "first")
    console.done("export", str(tmp_path / "out"))

    before, after = (folder.read(path) for path in (catalog, tmp_path / "out"))
    assert list(map(versions.version_id, before)) == list(map(versions.version_id, after))


def test_an_order_is_submitted_and_shown(console: Console, catalog: Path):
    console.done("publish", str(catalog))
    assert "can be submitted" in console.done("submit", "-", "--check", fed=an_order_text())
    number = console.done("submit", "-", fed=an_order_text()).strip()

    assert f"Order {number}: accepted, release 1" in console.done("order", number)


def test_whom_an_order_waits_for_is_said_before_and_after_it_is_submitted(console: Console, tmp_path: Path):
    known = a_specification(identifiers=("FIBRE",))
    folder.write(a_catalog(None, known, a_policy("far")).values(), tmp_path / "asking")
    console.done("publish", str(tmp_path / "asking"))

    checked = console.done("submit", "-", "--check", fed=an_order_text())
    number = console.done("submit", "-", fed=an_order_text()).strip()

    assert "asked first: Far (approval), queue technicians" in checked
    assert "approval: Far, open, queue technicians" in console.done("order", number)
    result = console.run("submit", "-", "--replaces", number, fed=an_order_text())
    assert (result.exit_code, "a new order corrects one that was rejected" in result.output) == (1, True)


def test_an_order_that_is_refused_says_where(console: Console, catalog: Path):
    console.done("publish", str(catalog))
    result = console.run("submit", "-", fed=an_order_text("COPPER"))

    assert result.exit_code == 1
    assert "/productOrderItem/0" in result.output
    assert "Traceback" not in result.output
    assert "there is no order 1" in console.run("order", "1").output


def test_a_token_is_printed_alone_so_that_a_script_can_take_it(console: Console):
    token = console.done("token", "--scope", "orders:write", "--days", "30")

    assert token.startswith("olm_")
    assert len(token.split()) == 1
    assert console.run("token", "--revoke", "1").exit_code == 0
    assert console.run("token", "--revoke", "1").exit_code == 1


def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(console: Console):
    assert "orders:write" in console.run("token", "--scope", "everything").output


def test_a_user_is_added_with_roles(console: Console):
    words = ("user", "grace", "--password", "long enough")
    assert console.run(*words, "--role", "admiral").exit_code == 1
    assert console.run(*words, "--role", "process admin").exit_code == 0
    assert "already" in console.run(*words, "--role", "process admin").output


def test_a_user_is_changed_as_far_as_is_said(console: Console):
    console.done("user", "grace", "--password", "long enough", "--full-name", "Grace H", "--role", "process admin")
    console.done("user", "otto", "--password", "long enough", "--role", "order agent")

    console.done("change-user", "otto", "--role", "order agent", "--role", "process admin")
    console.done("change-user", "grace", "--block")
    console.done("change-user", "otto", "--password", fed="another one\nanother one\n")
    assert "last process admin" in console.run("change-user", "otto", "--block").output
    assert "there is no user 'hopper'" in console.run("change-user", "hopper", "--unblock").output
    assert "Say what to change" in console.run("change-user", "grace").output

    database = Database(f"sqlite:///{console.environment['ORDERLOOM_INSTANCE']}/orderloom.db")
    with database.reading() as connection:
        grace = accounts.user_row(connection, "grace")
        assert (grace.full_name, grace.active, grace.roles) == ("Grace H", False, '["process admin"]')
        otto = accounts.check_password(connection, "otto", "another one")
    database.close()
    assert otto is not None
    assert otto.roles == {"order agent", "process admin"}


def test_the_demo_accounts_are_refused_outside_development(console: Console):
    result = console.run(
        "seed", ORDERLOOM_ENVIRONMENT="production", ORDERLOOM_SECRET_KEY="0123456789abcdef0123456789abcdef"
    )

    assert result.exit_code == 1
    assert "everybody knows" in result.output


def test_a_system_is_given_an_address_and_taken_offline(console: Console):
    console.done("system", "crm", "--url", "https://crm.test/", "--offline", "maintenance")
    console.done("system", "all", "--offline", "everything")
    console.done("system", "crm", "--online")

    with opened(console) as connection:
        assert queries.endpoint_urls(connection) == {"crm": "https://crm.test"}
        assert {system: hold.reason for system, hold in systems.holds(connection).items()} == {"*": "everything"}
    console.done("system", "crm", "--url", "")
    with opened(console) as connection:
        assert queries.endpoint_urls(connection) == {}
    assert "online already" in console.run("system", "crm", "--online").output
    assert "Say what to change" in console.run("system", "crm").output
    assert "begins with http://" in console.run("system", "crm", "--url", "crm.test").output


@contextmanager
def opened(console: Console) -> Iterator[Connection]:
    database = Database(f"sqlite:///{console.environment['ORDERLOOM_INSTANCE']}/orderloom.db")
    with closing(database), database.reading() as connection:
        yield connection


def test_a_wrong_setting_is_told_without_a_traceback(console: Console):
    result = console.run("migrate", ORDERLOOM_DATABASE_URL="sqlite://")

    assert result.exit_code == 1
    assert "ORDERLOOM_DATABASE_URL" in result.output
    assert "Traceback" not in result.output


def test_the_doctor_sends_a_new_installation_to_migrate(new: Console):
    result = new.run("doctor")

    assert result.exit_code == 1
    assert "python -m app migrate" in result.output


def test_the_doctor_names_a_remedy_for_what_is_wrong(console: Console, catalog: Path):
    assert "python -m app seed" in console.run("doctor").output

    console.done("publish", str(catalog))
    published = console.run("doctor").output
    assert "1 is active, and every version in it has its hash" in published
    assert "does not answer" in published  # nobody serves the system of the catalog here


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()

    assert [name for name in cli.list_commands(Context(cli)) if f"python -m app {name}" not in readme] == []


def test_a_second_engine_on_one_sqlite_file_is_refused(console: Console):
    database = Database(f"sqlite:///{console.environment['ORDERLOOM_INSTANCE']}/orderloom.db")
    database.claim_engine()

    refused = console.run("serve", ORDERLOOM_PORT=str(a_free_port()))
    database.close()
    assert refused.exit_code == 1
    assert "already runs orders" in refused.output


def test_a_port_that_is_taken_is_told_before_anything_starts(console: Console):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = console.run("serve", ORDERLOOM_PORT=str(taken.getsockname()[1]))

    assert refused.exit_code == 1
    assert "ORDERLOOM_PORT" in refused.output


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_publishing_prints_the_warnings_of_the_checks(console: Console, tmp_path: Path):
    unused = a_plan(an_item("lone"), key="copper")
    folder.write({**a_catalog(), "plan/copper": unused}.values(), tmp_path / "odd")
    result = console.run("publish", str(tmp_path / "odd"))

    assert result.exit_code == 0
    assert "Warning: plan/copper: No scenario chooses this plan" in result.stderr
    assert "Release 1 is published" in result.stdout
