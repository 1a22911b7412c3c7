"""`python -m app`: everything an operator scripts."""

from __future__ import annotations

import os
import time

import click

from app.settings import Settings, WrongSetting
from runtime.database import Database
from runtime.errors import Failure, Refusal


class Group(click.Group):
    """Tells refusals and failures in one line; a traceback is for mistakes of ours."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (Refusal, Failure, WrongSetting) as error:
            lines = [str(error)]
            lines += [f"  {fault.pointer}: {fault.message}" for fault in getattr(error, "faults", ())]
            raise click.ClickException("\n".join(lines)) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """Orderloom: design how orders are fulfilled, and fulfil them."""
    context.obj = Settings.from_environment(os.environ)


def moment() -> int:
    return time.time_ns() // 1_000_000


@cli.command()
@click.pass_obj
def init(settings: Settings) -> None:
    """Create or migrate the database."""
    from app.migrating import migrate

    settings.instance.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    revision = migrate(database)
    click.echo(f"The database is at revision {revision}.")
