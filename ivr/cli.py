"""Commands for those who write and run the line; make calls them."""

import sys
from pathlib import Path

import click

from ivr import bench as benchmark
from ivr import settings as line_settings
from ivr.checks import problems
from ivr.processes import CannotStart, run_line
from ivr.settings import Settings, SettingsError
from ivr.terminal import call_from_terminal

_ROOT = Path(__file__).resolve().parent.parent
_to = click.option("--to", "address", default="", help="The line's address; default: this machine's.")


@click.group()
def main() -> None:
    """Run, try and check the helpline companion."""


@main.command()
def check() -> None:
    """Name every problem in nlu/ and responses/ as "file: problem and cure"."""
    found = problems(_ROOT)
    for problem in found:
        click.echo(problem)
    click.echo(f"{len(found)} problems" if found else "No problems in nlu/ and responses/.")
    sys.exit(bool(found))


@main.command()
def run() -> None:
    """Start Rasa and the phone line, and stop both on Ctrl-C."""
    try:
        sys.exit(run_line(_settings(), _ROOT, click.echo))
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_to
def call(address: str) -> None:
    """Call the running line from this terminal."""
    settings = _settings()
    call_from_terminal(address or settings.local_address, settings)


@main.command()
@_to
@click.option("--turns", default=200, show_default=True, help="Turns of each sort.")
def bench(address: str, turns: int) -> None:
    """Time key turns and spoken turns of the running line."""
    settings = _settings()
    for line in benchmark.measure(address or settings.local_address, settings, turns):
        click.echo(line)


def _settings() -> Settings:
    try:
        return line_settings.read()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
