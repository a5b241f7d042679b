"""Commands on the call log: tell what is in it, and forget."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr import database
from ivr import settings as line_settings
from ivr.content_files import load
from ivr.logged_calls import Period, calls_in
from ivr.report import write
from ivr.settings import Settings, SettingsError
from ivr.yaml_file import ContentError


class Days(click.ParamType[int]):
    """A number of days, written 7d."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the days in ``value``."""
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[1-9]\d{0,3}d", str(value)):
            self.fail(f"{value!r} is no number of days: write 7d, or 400d at most a few thousand", param, ctx)
        return int(str(value)[:-1])


@click.command("report")
@click.option("--since", type=Days(), default="30d", show_default=True, help="So many days before today, and today.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/report"), show_default=True)
def report_calls(since: int, out: Path) -> None:
    """Write what calls amount to, as a page and as CSV; nobody can be recognised in it."""
    settings = settings_or_words()
    try:
        answers = load(settings.root / "responses").answers
    except ContentError as error:
        raise click.ClickException(str(error)) from error
    period = Period.of_days(since)
    with opened(settings) as engine:
        calls = calls_in(engine, period)
    for path in write(out, calls, period, {topic: answer.name for topic, answer in answers.items() if answer.name}):
        click.echo(path)


@click.command("forget")
@click.option("--older-than", type=Days(), help="Default: KEEP_CALLS days.")
@click.option("--questions", is_flag=True, help="Delete all questions that found no answer, and no calls.")
def forget_calls(older_than: int | None, questions: bool) -> None:
    """Delete old calls from the call log now; the line does so once a day by itself."""
    settings = settings_or_words()
    days = older_than or settings.keep_calls
    with opened(settings) as engine:
        if questions:
            click.echo(f"{database.forget_questions(engine, older_than or 0)} questions are deleted.")
        else:
            click.echo(f"{database.forget(engine, days)} rows older than {days} days are deleted.")


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """Yield the database in its newest shape; what is wrong with it becomes words for the terminal."""
    if not settings.database_url:
        raise click.ClickException("DATABASE_URL is off: no calls are logged. Set it, or unset it for a file in data/.")
    try:
        with _disposed(database.connect(settings.database_url)) as engine:
            database.migrate(engine)
            yield engine
    except (SQLAlchemyError, CommandError, OSError) as error:
        cure = "Check that the database runs and DATABASE_URL is right"
        raise click.ClickException(f"{database.in_short(error)}\n{cure}.") from error


@contextmanager
def _disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def settings_or_words() -> Settings:
    """Return what the environment sets; what is wrong with it becomes words for the terminal."""
    try:
        return line_settings.read()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
