"""The whole measurement, one step after another; it prints a report and writes it to build/bench/report.md."""

from pathlib import Path

import click

from bench import peer
from bench.alone import alone, beside_rest
from bench.caller import said_by_callers
from bench.hour import hour
from bench.load import Load, LocustFailed, load
from bench.report import OurResult, PeerResult, as_text
from bench.subject import Subject, apologies, our_line, the_peer
from ivr.child import CannotStart

_ROOT = Path(__file__).resolve().parent.parent


@click.group()
def main() -> None:
    """Measure speed and load."""


@main.command("peer")
def write_peer() -> None:
    """Write what the peer is trained from to build/bench/peer."""
    peer.write_files(_ROOT)


@main.command()
@click.option("--callers", multiple=True, type=int, default=(100, 500, 1000), show_default=True, help="At once.")
@click.option("--minutes", default=2.0, show_default=True, help="Of each number of callers.")
@click.option("--turns", default=400, show_default=True, help="Of each sort, by one caller alone.")
@click.option("--hour-of", default=60, show_default=True, help="Callers whose hour is compressed; 0: none.")
def run(callers: tuple[int, ...], minutes: float, turns: int, hour_of: int) -> None:
    """Time our line, then Rasa's own voice connector, alone and under load."""
    questions = said_by_callers(_ROOT)
    try:
        ours = _ours(questions, callers, minutes, turns, hour_of)
        theirs = _theirs(questions, callers, minutes, turns)
    except (CannotStart, LocustFailed) as error:
        raise click.ClickException(str(error)) from error
    text = as_text(ours, theirs, minutes)
    path = _ROOT / "build/bench/report.md"
    path.write_text(text, encoding="utf-8")
    click.echo(f"\n{text}\nKept in {path}")


def _ours(questions: list[str], callers: tuple[int, ...], minutes: float, turns: int, hour_of: int) -> OurResult:
    click.echo("Starting Rasa and the phone line...")
    with our_line(_ROOT) as (line, rasa_url):
        click.echo(f"One caller, {turns} turns by key, {turns} by speech, {turns} beside REST...")
        keys, speech = alone(line, questions, turns, 1), alone(line, questions, turns, 0)
        ratio = beside_rest(line, rasa_url, questions, turns)
        click.echo(f"An hour of {hour_of} callers, as fast as it goes...")
        compressed = hour(line, questions, hour_of) if hour_of else None
        loads = _loads(line, callers, minutes)
        return OurResult(keys, speech, ratio, loads, compressed, apologies(_ROOT))


def _theirs(questions: list[str], callers: tuple[int, ...], minutes: float, turns: int) -> PeerResult:
    click.echo("Starting the peer...")
    with the_peer(_ROOT) as rasa:
        click.echo(f"One caller, {turns} turns by speech...")
        speech = alone(rasa, questions, turns, 0)
        return PeerResult(speech, _loads(rasa, callers, minutes))


def _loads(subject: Subject, numbers: tuple[int, ...], minutes: float) -> list[Load]:
    loads = []
    for callers in numbers:
        click.echo(f"{callers} callers, {minutes:g} minutes...")
        loads.append(load(subject, callers, minutes, _ROOT))
    return loads
