"""`python -m app`: everything an operator scripts."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import click
from msgspec import structs
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.moments import milliseconds
from app.settings import PREFIX, Settings, WrongSetting
from runtime.database import Database
from runtime.errors import Failure, Refusal, Unknown


class Group(click.Group):
    """Tells refusals and failures in a few lines; a traceback is for mistakes of ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "tck"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "tck":  # needs all of DMN; whoever starts the server does not
            from app.tck import command

            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (Refusal, Failure, WrongSetting) as error:
            lines = [str(error)]
            lines += [f"  {fault.pointer}: {fault.message}" for fault in getattr(error, "faults", ())]
            raise click.ClickException("\n".join(lines)) from error
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(f"the database cannot be used: {reason} (ORDERLOOM_DATABASE)") from error


NUMBER = click.IntRange(1, 2**63 - 1)  # what a database numbers rows with


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Orderloom: design how orders are fulfilled, and fulfil them."""
    if "--help" not in sys.argv and "-h" not in sys.argv:
        context.obj = Settings.from_environment(os.environ)


def now() -> int:
    return time.time_ns() // 1_000_000


def opened(settings: Settings) -> Database:
    """The database for a command, which never changes its schema."""
    from app import migrating

    return migrating.opened(settings.database)


@contextmanager
def claimed(settings: Settings) -> Iterator[Database]:
    """The database, where it is SQLite for this process alone."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        database.claim_engine()
    except OSError as error:
        raise WrongSetting(f"{PREFIX}DATABASE is {settings.database!r}; {error.strerror}: {error.filename}") from error
    with closing(database):
        yield database


@cli.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Make the tables of a new database, or migrate it to the schema of this version."""
    from app import migrating

    with claimed(settings) as database:
        click.echo(f"The database is at revision {migrating.prepare(database)}.")


@cli.command()
@click.pass_obj
def seed(settings: Settings) -> None:
    """Load the demo: definitions and accounts (development only)."""
    from app import demo

    with opened(settings).writing() as connection:
        added = demo.seed(connection, settings, now())
    click.echo("The demo is loaded." if added else "The demo was there already.")


@cli.command()
@click.option("--demo", "with_demo", is_flag=True, help="Load the demo on the first run, and serve its systems.")
@click.option("--no-worker", is_flag=True, help="Answer requests, but run no orders and call no systems.")
@click.pass_obj
def serve(settings: Settings, with_demo: bool, no_worker: bool) -> None:
    """Run the web application with its worker."""
    from app import demo, migrating, serving
    from app.connections import can_listen, refuse_unless_free
    from app.demo_systems import running
    from runtime import sqlite_file

    refuse_unless_free(settings.host, settings.port)
    with ExitStack() as stack:
        database = stack.enter_context(claimed(settings))
        prepare(database, fresh=with_demo and settings.development)
        if with_demo:
            beside = settings.port + 1
            port = beside if can_listen(settings.host, beside) else 0
            systems = stack.enter_context(running(host=settings.host, port=port))
            with database.writing() as connection:
                migrating.one_at_a_time(connection)
                demo.seed(connection, settings, now())
                demo.reach_systems_at(connection, systems.url, now())
        stop = serving.Stop(settings.stop_seconds)
        stack.enter_context(sqlite_file.in_use(database))
        app = stack.enter_context(serving.application(settings, database, stop, worker=not no_worker))
        click.echo(f"Orderloom runs at {settings.public_url}" + (", without a worker" if no_worker else ""))
        if with_demo:
            click.echo(
                f"Demo systems run at {systems.url}\nSign in as one of these, with the password {demo.PASSWORD}:"
            )
            for name, _, roles in demo.ACCOUNTS:
                click.echo(f"  {name:6} {', '.join(roles)}")
        click.echo("Stop with Ctrl-C.")
        serving.serve(app, settings, stop)


def prepare(database: Database, *, fresh: bool) -> None:
    """The newest schema; `fresh` sets a demo aside that an earlier version made, and makes a new one."""
    from app import migrating
    from runtime import sqlite_file

    try:
        migrating.prepare(database)
    except migrating.WrongSchema as error:
        if error.state != "before" or not fresh or database.path is None:
            raise
        database.engine.dispose()
        aside = sqlite_file.set_aside(database.path, "before")
        click.echo(f"An earlier version made {database.path}; it is now {aside}.")
        click.echo("A new demo is made. docs/operating.md says how to take definitions of your own along.")
        migrating.prepare(database)


@cli.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Run a worker without a web application: one more of several, on PostgreSQL."""
    from app import serving
    from runtime import sqlite_file

    with closing(opened(settings)) as database:
        database.claim_engine()
        stop = serving.Stop(settings.stop_seconds)
        with sqlite_file.in_use(database), serving.working(database, settings, stop):
            click.echo("The worker runs. Stop with Ctrl-C.")
            stop.wait()


@cli.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--full-name", default="", help="How pages call them; the name itself where left out.")
@click.password_option(help="Asked for where left out.")
@click.pass_obj
def user(settings: Settings, name: str, roles: tuple[str, ...], full_name: str, password: str) -> None:
    """Add a user NAME who may sign in."""
    from app import accounts

    with opened(settings).writing() as connection:
        accounts.add_user(
            connection,
            name,
            full_name=full_name or name,
            roles=roles,  # type: ignore[arg-type]  # add_user says which there are
            password=password,
            now=now(),
        )
    click.echo(f"{name} may sign in.")


@cli.command("change-user")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="May be given several times; in place of all roles so far.")
@click.option("--full-name", help="How pages call them.")
@click.option("--block/--unblock", default=None, help="Whether they may no longer sign in, or again.")
@click.option(
    "--password",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    confirmation_prompt=True,
    help="A new one; asked for where it does not follow.",
)
@click.pass_obj
def change_user(
    settings: Settings,
    name: str,
    roles: tuple[str, ...],
    full_name: str | None,
    block: bool | None,
    password: str | None,
) -> None:
    """Change the user NAME. A new password or a block ends their sessions at once."""
    from app import accounts

    if not roles and full_name is None and block is None and password is None:
        raise click.UsageError("Say what to change: --role, --full-name, --password, --block or --unblock.")
    with opened(settings).writing() as connection:
        row = accounts.user_row(connection, name)
        accounts.change_user(
            connection,
            row.id,
            full_name=row.full_name if full_name is None else full_name,
            roles=roles or tuple(json.loads(row.roles)),  # type: ignore[arg-type]  # change_user says which there are
            active=row.active if block is None else not block,
            password=password,
        )
    click.echo(f"{name} is changed.")


@cli.command()
@click.option("--user", "user_name", default="api", show_default=True, help="Whom it speaks for; `api` is made if new.")
@click.option("--scope", "scopes", multiple=True, help="May be given several times; all of them where left out.")
@click.option("--name", default="made on the command line", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is good; until revoked where left out.")
@click.option("--revoke", type=NUMBER, metavar="ID", help="End the token with this number instead.")
@click.pass_obj
def token(
    settings: Settings, user_name: str, scopes: tuple[str, ...], name: str, days: int | None, revoke: int | None
) -> None:
    """Make an API token, or revoke one. The token is printed once and stored nowhere."""
    import secrets

    from app import accounts

    with opened(settings).writing() as connection:
        if revoke is not None:
            accounts.revoke_token(connection, revoke, now())
            click.echo(f"Token {revoke} is revoked.", err=True)
            return
        speaks_for = accounts.find_user(connection, user_name)
        if speaks_for is None and user_name == "api":
            accounts.add_user(
                connection,
                "api",
                full_name="Programs",
                roles=("api",),
                password=secrets.token_urlsafe(32),  # nobody signs in as it
                now=now(),
            )
            speaks_for = accounts.find_user(connection, "api")
        if speaks_for is None:
            raise Unknown(f"there is no user {user_name!r}; add one with: python -m app user {user_name} --role api")
        made = accounts.add_token(
            connection,
            speaks_for,
            name=name,
            scopes=scopes or accounts.SCOPES,  # type: ignore[arg-type]  # add_token says which there are
            now=now(),
            expires_at=now() + days * 86_400_000 if days else None,
        )
    click.echo(made)


@cli.command()
@click.argument("reason")
@click.option("--system", help="Only this one; all systems where left out.")
@click.option("--by", default="operator", show_default=True, help="Who pauses them.")
@click.pass_obj
def pause(settings: Settings, reason: str, system: str | None, by: str) -> None:
    """Make no calls to systems until they are resumed; everything else goes on. REASON is shown to everybody."""
    from app import holding
    from runtime import systems

    with opened(settings).writing() as connection:
        if system is not None:
            holding.known(connection, system, now())
        systems.take_offline(connection, system or systems.EVERY, reason=reason, by=by, now=now())
    click.echo(f"No calls are made to {system or 'any system'}.")


@cli.command()
@click.option("--system", help="Only this one; all systems where left out.")
@click.option("--by", default="operator", show_default=True, help="Who resumes them.")
@click.pass_obj
def resume(settings: Settings, system: str | None, by: str) -> None:
    """Make calls to systems again that were paused; those that waited go out at a pace."""
    from app import holding
    from runtime import systems

    with opened(settings).writing() as connection:
        if system is not None:
            holding.known(connection, system, now())
        systems.bring_back(connection, system or systems.EVERY, by=by, now=now())
    click.echo(f"Calls are made to {system or 'all systems'} again.")


@cli.command()
@click.argument("file", type=click.File("rb"))
@click.option("--by", default="operator", show_default=True, help="Who submits it.")
@click.option("--check", "only_check", is_flag=True, help="Only say whether it could be submitted, and who is asked.")
@click.option("--replaces", type=NUMBER, metavar="ID", help="The rejected order that it corrects.")
@click.pass_obj
def submit(settings: Settings, file: BinaryIO, by: str, only_check: bool, replaces: int | None) -> None:
    """Submit the TMF622 product order in FILE (- reads it from the standard input)."""
    from app.tmf import product_order
    from runtime import engine, releases
    from runtime.core.reading import json_value

    text = file.read()
    body = json_value(text)
    product_order.check(body)
    with opened(settings).writing() as connection:
        asked = product_order.asked(body, releases.active(connection, now()))
        if only_check:
            admission = engine.check(connection, asked, now=now(), replaces=replaces)
            click.echo("The order can be submitted.")
            for task in admission.opened:
                click.echo(f"  asked first: {task.name} ({task.kind}), queue {task.queue}")
        else:
            click.echo(engine.submit(connection, asked, request=text.decode(), by=by, now=now(), replaces=replaces))


@cli.command()
@click.argument("order_id", type=NUMBER, metavar="ID")
@click.pass_obj
def order(settings: Settings, order_id: int) -> None:
    """Show an order: its state, lines and items."""
    from runtime import queries, releases

    with opened(settings).reading() as connection:
        row = queries.order_row(connection, order_id)
        if row is None:
            raise Unknown(f"there is no order {order_id}")
        release = releases.load(connection, row.release_id)
        external = f" ({row.external_id})" if row.external_id else ""
        why = f" ({row.rejection})" if row.rejection else ""
        click.echo(f"Order {row.id}{external}: {row.state}{why}, release {row.release_id}")
        for line in queries.lines_of(connection, order_id):
            click.echo(f"  line {line.id}: {line.action} {line.specification}, {line.state}")
        for task in queries.asked_of(connection, order_id):
            whose = f" by {task.assignee}" if task.assignee else ""
            click.echo(f"  {task.kind}: {task.name}, {task.state}{whose}, queue {task.queue}")
        for item in queries.items_of(connection, order_id):
            name = release.plan(item.plan).items[item.key].definition.name
            trouble = f" - {item.error}" if item.error and item.state in ("failed", "retrying") else ""
            click.echo(f"  {item.n:4} {item.state:10} {name} {item.group}{trouble}")


@cli.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path), metavar="DIR")
@click.option("--note", default="", help="What changes, and why.")
@click.option("--author", default="operator", show_default=True)
@click.option("--no-activate", is_flag=True, help="Publish, but leave the active release as it is.")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ"]), help="When to activate it, in UTC."
)
@click.option(
    "--accept", multiple=True, metavar="CASE", help="A test case whose new outcome is right; may be repeated."
)
@click.option("--accept-all", is_flag=True, help="The new outcome of every test case is right.")
@click.option(
    "--scheduled",
    type=click.Choice(["keep", "replace"]),
    help="What becomes of the version that a scheduled release has of the same definition.",
)
@click.pass_obj
def publish(
    settings: Settings,
    folder: Path,
    note: str,
    author: str,
    no_activate: bool,
    at: datetime | None,
    accept: tuple[str, ...],
    accept_all: bool,
    scheduled: Literal["keep", "replace"] | None,
) -> None:
    """Publish the definitions of a folder of YAML files as one release.

    Refused, with nothing changed, where a check finds an error or a test case comes out differently; warnings are
    printed. Where the installation asks for four eyes, the release waits for somebody else than its author to
    approve it.
    """
    from app import releasing
    from designer import proposals
    from designer.exchange import folder as exchange
    from designer.proposals import Request
    from runtime.core.definitions import name_of

    found = exchange.read(folder)
    asked = Request(
        names=tuple(name_of(definition) for definition in found),
        note=note,
        activate=not no_activate,
        at=None if at is None else milliseconds(at.replace(tzinfo=UTC)),
        accept=accept,
        answer=scheduled,
    )
    database, moment = opened(settings), now()

    def write(step: Callable[[Connection], releasing.Released]) -> releasing.Released:
        with database.writing() as connection:
            return step(connection)

    with database.reading() as connection:
        proof = proposals.prove(connection, asked, now=moment, given=found)
    if accept_all:
        asked = structs.replace(asked, accept=tuple(result.case.ref for result in proof.changed))
    done = releasing.release(database, settings, asked, author=author, now=moment, write=write, given=found)
    for problem in proof.problems:
        if problem.severity == "warning":
            click.echo(f"Warning: {problem.definition}{problem.pointer}: {problem.message}", err=True)
    if done.proposal is not None:
        click.echo(f"Proposal {done.proposal} waits for somebody else than {author} to approve it.")
        return
    active = "" if no_activate else f" and will be active from {at:%Y-%m-%d %H:%M} UTC" if at else " and active"
    click.echo(f"Release {done.release} is published with {len(found)} definitions{active}.")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--release", "release_id", type=NUMBER, help="The active one where left out.")
@click.pass_obj
def export(settings: Settings, folder: Path, release_id: int | None) -> None:
    """Write the definitions of a release as readable YAML, one file each."""
    from designer.exchange import folder as exchange

    with opened(settings).reading() as connection:
        files = exchange.export(connection, folder, now=now(), release_id=release_id)
    click.echo(f"{len(files)} definitions are in {folder}.")


@cli.command()
@click.argument("key")
@click.option("--url", help="Where it is reached in this installation; an empty text: where its definition says.")
@click.option("--offline", metavar="REASON", help="Make no calls to it; what is due waits.")
@click.option("--online", is_flag=True, help="Make calls to it again.")
@click.pass_obj
def system(settings: Settings, key: str, url: str | None, offline: str | None, online: bool) -> None:
    """Say where the system KEY is reached, or take it offline; `all` stands for all systems.

    Every system is online again with: python -m app system all --online
    """
    from runtime import systems

    known = systems.EVERY if key == "all" else key
    if url is None and offline is None and not online:
        raise click.UsageError("Say what to change: --url, --offline or --online.")
    if url and (key == "all" or not url.startswith(("http://", "https://"))):
        raise click.UsageError("--url takes one system, and an address that begins with http:// or https://.")
    with opened(settings).writing() as connection:
        if url is not None:
            systems.reach_at(connection, known, url.rstrip("/") or None, by="operator", now=now())
        if offline is not None:
            systems.take_offline(connection, known, reason=offline, by="operator", now=now())
        elif online:
            systems.bring_back(connection, known, by="operator", now=now())
    click.echo(f"{key} is changed.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path) -> None:
    """Copy the SQLite database into the new FILE, while it is in use."""
    from app import backups

    backups.back_up(settings.database, file)
    click.echo(f"The backup is {file}; it is whole and was examined. Keep it as safe as the database itself.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--test", is_flag=True, help="A copy for tests: it shares no key with the original, and calls no system.")
@click.pass_obj
def restore(settings: Settings, file: Path | None, test: bool) -> None:
    """Put the backup FILE in place of the database; without FILE, take the database as restored by other tools.

    No server may run. The database that was there is kept under another name. Orders submitted from now on get keys
    that no order submitted after the backup had.
    """
    from app import backups

    with claimed(settings) as database:
        done = backups.restore(database, file, test=test, now=now())
    if done.aside is not None:
        click.echo(f"The database that was there is now {done.aside}.")
    click.echo(
        f"Restored, with {done.orders} orders; the last one is {done.last_order or 'none'}. The id is now {done.id}."
    )
    if test:
        click.echo(
            "No system is called. Say where those of the test are (python -m app system KEY --url URL), then: "
            "python -m app system all --online"
        )


@cli.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check this installation, with a remedy for each thing that is wrong."""
    from app.doctor import examine

    findings = list(examine(settings, now()))
    for finding in findings:
        mark = {"good": "ok   ", "note": "note ", "bad": "WRONG"}[finding.verdict]
        click.echo(f"{mark}  {finding.what}: {finding.text}")
        if finding.remedy:
            click.echo(f"       {finding.remedy}")
    if any(finding.verdict == "bad" for finding in findings):
        raise SystemExit(1)
