"""Commands for those who write and run the line; make calls them."""

import sys
from pathlib import Path

import click

from ivr import processes
from ivr import settings as line_settings
from ivr.checks import problems
from ivr.child import CannotStart
from ivr.connect import Outside, connect_number
from ivr.content import Content
from ivr.content_files import load
from ivr.doctor import examine
from ivr.fallback import stand_alone
from ivr.findings import report
from ivr.line import ask_reload
from ivr.log_commands import forget_calls, report_calls
from ivr.processes import run_line
from ivr.review_command import review_questions
from ivr.setting_faults import E164
from ivr.settings import Settings, SettingsError
from ivr.terminal import call_from_terminal
from ivr.yaml_file import ContentError

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
    click.echo(f"{len(found)} problems" if found else "No problems in nlu/, replies/ and responses/.")
    sys.exit(bool(found))


@main.command()
def run() -> None:
    """Start Rasa and the phone line, and stop both on Ctrl-C."""
    _content()
    try:
        sys.exit(run_line(_settings(), _ROOT, click.echo))
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


@main.command()
def reload() -> None:
    """Let the running line speak responses/ as they are now; a broken file is named and changes nothing."""
    try:
        ask_reload(_ROOT)
    except ContentError as error:
        raise click.ClickException(f"{error}\nNothing was reloaded: callers hear the old words.") from error
    click.echo("The line speaks the new words from its next turn on; build/line.log says what changed.")


@main.command()
def serve() -> None:
    """Run the phone line alone: Rasa is somebody else's, at RASA_URL."""
    _content()
    processes.serve(_settings())


@main.command()
@click.option("--caller-id", default="", help="Your Twilio number, such as +442079460000; default: the caller's own.")
def fallback(caller_id: str) -> None:
    """Print TwiML that needs no line behind it, for Twilio's voice fallback URL."""
    if caller_id and not E164.fullmatch(caller_id):
        raise click.ClickException(f"{caller_id} is not in international form: write +442079460000.")
    click.echo(stand_alone(_content(), _settings(), caller_id))


@main.command()
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be set.")
@click.pass_obj
def connect(outside: Outside | None, dry_run: bool) -> None:
    """Set the Twilio number to this line, and say what is wrong and how to mend it."""
    sys.exit(report(connect_number(_settings(), _content(), outside or Outside(), dry_run), click.echo))


@main.command()
@click.pass_obj
def doctor(outside: Outside | None) -> None:
    """Look at all the line stands on, change nothing, and say what is wrong and how to mend it."""
    sys.exit(report(examine(_settings(), outside or Outside()), click.echo))


@main.command()
@_to
def call(address: str) -> None:
    """Call the running line from this terminal."""
    settings = _settings()
    call_from_terminal(address or settings.local_address, settings)


main.add_command(report_calls)
main.add_command(forget_calls)
main.add_command(review_questions)


def _content() -> Content:
    """Return what the line says; a broken file is named before anything starts."""
    try:
        return load(_ROOT / "responses")
    except ContentError as error:
        raise click.ClickException(str(error)) from error


def _settings() -> Settings:
    try:
        return line_settings.read()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
