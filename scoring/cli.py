"""Commands that measure; make calls them."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from ivr.child import CannotStart
from ivr.processes import MODEL
from scoring import baseline, compared, overlap, report, spoken
from scoring.anchors import table
from scoring.calling import Met, NoLine, meet_all
from scoring.language_model import language_model, spelt_words
from scoring.line import facts_by_topic, running_line
from scoring.measures import Facts, Result, results
from scoring.questions import Row, UnknownQuestions, find_sets, read_sets
from scoring.slips import read_slips, with_slips

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "tests/questions"
BASELINE = OWN / "baseline.json"

_folder = click.Path(path_type=Path)


@click.group()
def main() -> None:
    """Measure how well callers are understood, by calling the line."""


@main.command()
@click.option("--only", default=OWN, type=_folder, help="The folder of question sets; default: the project's own.")
@click.option("--sets", multiple=True, type=_folder, help="More folders of question sets.")
@click.option("--to", "address", default="", help="A line that runs already; default: one is started.")
@click.option("--model", default=MODEL, help="Rasa's model, where a line is started.")
@click.option("--out", default=ROOT / "build/score", type=_folder, help="Where the page is written.")
@click.option("--slips", default=None, type=_folder, help="A table of a recogniser's slips, made in every row.")
@click.option("--keep", is_flag=True, help="Make this score the baseline that make test holds to.")
@click.option("--save", default=None, type=_folder, help="A file to keep this score in, to compare with another.")
def score(
    only: Path,
    sets: tuple[Path, ...],
    address: str,
    model: str,
    out: Path,
    slips: Path | None,
    keep: bool,
    save: Path | None,
) -> None:
    """Call the line for every question; print the table and write a page with every miss."""
    with _told_plainly():
        rows = read_sets((only, *sets))
        if slips:
            rows = list(with_slips(rows, read_slips(slips)))
        with ExitStack() as running:
            met = list(_met(address or running.enter_context(running_line(ROOT, model)), rows))
    facts = facts_by_topic(ROOT)
    scored = by_set(met, facts)
    click.echo(report.as_text(scored))
    click.echo(f"\nEvery miss, and charts: {report.write(out, scored, facts, ROOT / 'config.yml')}")
    if save:
        baseline.write(save, {name: baseline.missed(found, name) for name, found in scored.items()})
    if keep:
        own = {path.stem for path in find_sets([OWN])}
        baseline.write(BASELINE, {name: baseline.missed(found, name) for name, found in scored.items() if name in own})


@main.command("spoken")
@click.option("--only", default=OWN, type=_folder, help="The folder of question sets; default: the project's own.")
@click.option("--sets", multiple=True, type=_folder, help="More folders of question sets.")
@click.option("--to", "address", default="", help="A line that runs already; default: one is started.")
@click.option("--model", default=MODEL, help="Rasa's model, where a line is started.")
@click.option("--out", default=ROOT / "build/score-spoken", type=_folder, help="Where the page is written.")
@click.option("--rows", "most", default=150, help="Rows of each set, at most; always the same ones.")
@click.option("--voices", default="flite", type=click.Choice(list(spoken.VOICES)), help="Whose voices speak.")
def score_spoken(
    only: Path, sets: tuple[Path, ...], address: str, model: str, out: Path, most: int, voices: str
) -> None:
    """Call the line with rows as typed, then as a recogniser heard them by telephone; print both and the change."""
    with _told_plainly():
        spoken.require(voices)
        rows = spoken.sample(read_sets((only, *sets)), most)
        with ExitStack() as running:  # before the long hearing: a line that cannot start is told at once
            line = address or running.enter_context(running_line(ROOT, model))
            met_spoken = list(_met(line, list(_heard(rows, voices))))
            met = list(_met(line, rows))
    facts = facts_by_topic(ROOT)
    click.echo(compared.as_text(met, met_spoken, facts))
    page = report.write(out, by_set(met_spoken, facts), facts, ROOT / "config.yml")
    click.echo(f"\nEvery miss of the spoken rows, with what was recognised: {page}")


@main.command("anchors")
@click.option("--only", default=OWN, type=_folder, help="The folder of question sets; default: the project's own.")
@click.option("--sets", multiple=True, type=_folder, help="More folders of question sets.")
def score_anchors(only: Path, sets: tuple[Path, ...]) -> None:
    """Call a line with each anchor's model and one with ours for every question; print all side by side."""
    columns = {}
    with _told_plainly():
        rows = read_sets((only, *sets))
        for column, model in table.MODELS.items():
            with running_line(ROOT, model) as address:
                columns[column] = list(_met(address, rows))
    click.echo(table.notes(ROOT / "scoring/anchors"))
    click.echo(table.as_text(columns, facts_by_topic(ROOT)))


@main.command("overlap")
def report_overlap() -> None:
    """Write phrasings that are nearly the same to build/overlap.txt, and count them."""
    text = overlap.as_text(overlap.near_pairs(list(overlap.phrasings(ROOT / "nlu"))))
    path = ROOT / "build/overlap.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    click.echo("\n".join(line for line in text.splitlines() if not line.startswith(" ")))
    click.echo(f"All of them: {path}")


@main.command("compare")
@click.argument("before", type=_folder)
@click.argument("after", type=_folder)
def compare_scores(before: Path, after: Path) -> None:
    """Print what changed between two scores of the same rows that were kept with --save."""
    click.echo(baseline.changes(baseline.read(before), baseline.read(after)))


def by_set(met: list[Met], facts: Facts) -> dict[str, list[Result]]:
    """Return the results of each question set by its name."""
    names = dict.fromkeys(one.row.set for one in met)
    return {name: results((one for one in met if one.row.set == name), facts) for name in names}


def _met(address: str, rows: list[Row]) -> Iterator[Met]:
    with click.progressbar(meet_all(address, rows), len(rows), "Calling", file=sys.stderr) as met:
        yield from met


def _heard(rows: list[Row], voices: str) -> Iterator[Row]:
    recogniser = spoken.Recogniser(language_model(ROOT))
    heard = spoken.as_heard(rows, recogniser, voices, spelt_words(ROOT))
    with click.progressbar(heard, len(rows), "Hearing", file=sys.stderr) as one_by_one:
        yield from one_by_one


class _NotPrepared(click.ClickException):
    exit_code = 2


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (CannotStart, NoLine, UnknownQuestions) as error:
        raise click.ClickException(str(error)) from error
    except spoken.MissingProgram as error:
        raise _NotPrepared(str(error)) from error
