"""The command that turns questions without an answer into phrasings, and measures what that changed."""

import csv
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from ivr.checks import problems
from ivr.content_files import load
from ivr.log_commands import opened, settings_or_words
from ivr.phrasings import add
from ivr.rasa import Dialogue, Rasa
from ivr.review import Choice, Decisions, Kept, Reviewer, forget_kept, kept_questions
from ivr.wording import normalise
from ivr.yaml_file import ContentError

_SAVED = "build/review"


class CannotMeasure(Exception):
    """A score could not be made; the message says what was run."""


@dataclass
class Workshop:
    """The checkout whose nlu/ is written to, the Rasa that suggests, and how scores are made."""

    root: Path
    dialogue: Dialogue

    def measure(self, name: str) -> None:
        """Train where phrasings changed, call the line with every question, and keep the score as ``name``."""
        self._run("make", "--no-print-directory", "score", f"SAVE={_SAVED}/{name}.json")

    def compare(self) -> None:
        """Print what changed from the score before to the one after."""
        self._run(sys.executable, "-m", "scoring", "compare", f"{_SAVED}/before.json", f"{_SAVED}/after.json")

    def _run(self, *command: str) -> None:
        try:
            subprocess.run(command, cwd=self.root, check=True)  # noqa: S603 - starts only what it names itself
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotMeasure(" ".join(command[1:] if command[0] == sys.executable else command)) from error


@click.command("review")
@click.option("--no-score", is_flag=True, help="Do not measure before and after: it takes some ten minutes.")
@click.pass_obj
def review_questions(workshop: Workshop | None, no_score: bool) -> None:
    """Walk through questions that found no answer; write chosen ones to nlu/, with the score before and after."""
    settings = settings_or_words()
    workshop = workshop or Workshop(settings.root, Rasa(settings.rasa_url))
    with opened(settings) as engine:
        with engine.connect() as connection:
            kept = kept_questions(connection)
        if not kept:
            off = "" if settings.keep_unanswered else " KEEP_UNANSWERED is not set here: set it to keep some."
            click.echo(f"No questions are kept.{off}")
            return
        decisions = _walked(workshop, kept)
        with engine.begin() as connection:
            forget_kept(connection, decisions.deleted)
        try:
            if decisions.chosen:
                _write(workshop, decisions.chosen, is_measured=not no_score)
        except (ContentError, CannotMeasure, OSError) as error:
            raise click.ClickException(_cure(error)) from error
        with engine.begin() as connection:
            forget_kept(connection, [choice.kept for choice in decisions.chosen])
    click.echo(f"{len(decisions.chosen)} written, {len(decisions.deleted)} deleted, the rest is kept for later.")
    if decisions.chosen and not no_score:
        _tell_the_change(workshop)


def _walked(workshop: Workshop, kept: list[Kept]) -> Decisions:
    measured = _measured_with(workshop.root / "tests/questions")
    content = load(workshop.root / "responses")
    decisions = Reviewer(content, workshop.dialogue, workshop.root / "nlu", measured.__contains__).walk(kept)
    if decisions.chosen:
        click.echo()
        for choice in decisions.chosen:
            click.echo(f"  nlu/{choice.topic}.yml{f' after {choice.after}' if choice.after else ''}: {choice.words}")
        if not _agreed():
            decisions.chosen.clear()
    return decisions


def _agreed() -> bool:
    try:
        return click.confirm("Write these?", default=True)
    except click.Abort:  # what was deleted stays deleted all the same
        return False


def _write(workshop: Workshop, chosen: list[Choice], *, is_measured: bool) -> None:
    if is_measured:
        click.echo("The score before, with the model as it is:")
        workshop.measure("before")
    for choice in chosen:
        add(workshop.root / f"nlu/{choice.topic}.yml", choice.words, choice.after)
    for problem in problems(workshop.root):
        click.echo(problem)


def _tell_the_change(workshop: Workshop) -> None:
    click.echo("Training with the new phrasings (about two minutes), and the score after:")
    try:
        workshop.measure("after")
        workshop.compare()
    except CannotMeasure as error:
        raise click.ClickException(f"The phrasings are written, but `{error}` failed: see its words above.") from error
    click.echo("To take a phrasing back, delete its line, or: git checkout nlu/. If the score is well: make baseline.")


def _cure(error: Exception) -> str:
    if isinstance(error, CannotMeasure):
        return f"`{error}` failed, so nothing was written. See its words above; --no-score writes without measuring."
    return f"{error}\nWhat you chose is kept among the questions. Mend the file and review again."


def _measured_with(folder: Path) -> set[str]:
    """Return all that the sets of ``folder`` measure with: what the line learns must not be among it."""
    texts = set()
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts |= {normalise(row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    return texts
