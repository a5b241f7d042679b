"""Walks an editor through the questions that found no answer, in the terminal; what they choose becomes phrasings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from sqlalchemy import Connection, delete, func, select

from ivr.content import Content
from ivr.database import questions
from ivr.phrasings import topic_of
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.redaction import GAP, NUMBER
from ivr.wording import normalise

_MOST_SUGGESTED = 5
_HELP = "A number or a topic's name writes the words there. ? lists topics, s keeps for later, d deletes, q ends."


@dataclass(frozen=True)
class Kept:
    """One question, asked ``times``, in the words of ivr.database.questions; ``ids`` are its rows."""

    words: str
    why: str
    got: str
    heard: str
    times: int


@dataclass(frozen=True)
class Choice:
    """A phrasing to be written under ``topic``; said after ``after``, or at any time where that is empty."""

    topic: str
    words: str
    after: str
    kept: Kept


@dataclass
class Decisions:
    """What an editor decided: ``chosen`` are to be written, ``deleted`` to be forgotten; the rest stays."""

    chosen: list[Choice] = field(default_factory=list)
    deleted: list[Kept] = field(default_factory=list)


def kept_questions(connection: Connection) -> list[Kept]:
    """Return every kept question, those asked most often first."""
    columns = (questions.c.words, questions.c.why, questions.c.got, questions.c.heard)
    times = func.count().label("times")
    rows = connection.execute(select(*columns, times).group_by(*columns).order_by(times.desc(), questions.c.words))
    return [Kept(*row) for row in rows]


def forget_kept(connection: Connection, done: Iterable[Kept]) -> None:
    """Delete the questions that were decided about."""
    for kept in done:
        same = (getattr(questions.c, name) == getattr(kept, name) for name in ("words", "why", "got", "heard"))
        connection.execute(delete(questions).where(*same))


class Reviewer:
    """Asks an editor about one question after another."""

    def __init__(self, content: Content, dialogue: Dialogue, nlu: Path, never: Callable[[str], bool]) -> None:
        """Suggest what ``dialogue`` thinks; refuse words that ``nlu`` has, and those of which ``never`` is true."""
        self._content = content
        self._dialogue = dialogue
        self._nlu = nlu
        self._never = never

    def walk(self, kept: Sequence[Kept]) -> Decisions:
        """Show each of ``kept`` and ask what it means; an editor who ends early keeps what they decided."""
        decisions = Decisions()
        click.echo(f"{len(kept)} questions. {_HELP}")
        for number, question in enumerate(kept, start=1):
            try:
                if not self._decide(f"{number} of {len(kept)}", question, decisions):
                    break
            except click.Abort:  # Ctrl-C, Ctrl-D
                click.echo()
                break
        return decisions

    def _decide(self, title: str, question: Kept, decisions: Decisions) -> bool:
        """Ask about ``question``; return whether to go on."""
        suggested = self._shown(title, question)
        while True:
            answer = click.prompt("Topic, or ? s d q", default="s").strip()
            if answer == "q":
                return False
            if answer == "s":
                return True
            if answer == "d":
                decisions.deleted.append(question)
                return True
            topic = suggested[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(suggested) else answer
            if topic in self._content.answers and (self._nlu / f"{topic}.yml").is_file():
                if choice := self._worded(question, topic, decisions):
                    decisions.chosen.append(choice)
                    return True
            else:
                self._list_topics("" if answer == "?" else f"There is no topic {answer}. ")

    def _shown(self, title: str, question: Kept) -> list[str]:
        """Print ``question`` and what Rasa makes of it today; return the topics it thinks of, likeliest first."""
        often = f", {question.times} times" if question.times > 1 else ""
        click.echo(f"\n{title}{often}: ", nl=False)
        click.secho(question.words, bold=True)
        if question.heard:
            click.echo(f"  said after: {self._name(question.heard)}")
        click.echo(f"  {self._outcome(question)}")
        ranking = list(self._ranked(question))[:_MOST_SUGGESTED]
        for number, (topic, share) in enumerate(ranking, start=1):
            click.echo(f"  {number}  {self._name(topic)} ({topic}), {share:.0%}")
        return [topic for topic, _ in ranking]

    def _outcome(self, question: Kept) -> str:
        if question.why == "not_understood":
            return "it was not understood"
        names = " or ".join(self._name(topic) for topic in question.got.split())
        return f"the caller said no to: {names}"

    def _ranked(self, question: Kept) -> Iterator[tuple[str, float]]:
        words = question.words.replace(GAP, "").replace(NUMBER, "")
        try:
            ranking = self._dialogue.parse(words).ranking
        except RasaUnavailable:
            click.echo("  (Rasa does not answer, so nothing is suggested: make run starts it.)")
            return
        yield from ((topic, share) for topic, share in ranking if topic in self._content.answers)

    def _worded(self, question: Kept, topic: str, decisions: Decisions) -> Choice | None:
        """Ask for the words to write; return None where the editor would rather not."""
        while True:
            words = normalise(click.prompt("In these words (- for none)", default=question.words).replace("-", " "))
            if not words:
                return None
            if fault := self._fault(question, words, decisions):
                click.echo(fault)
                continue
            leans = bool(question.heard) and click.confirm(
                f"Does it mean this only after {self._name(question.heard)}?", default=False
            )
            return Choice(topic, words, question.heard if leans else "", question)

    def _fault(self, question: Kept, words: str, decisions: Decisions) -> str:
        """Return why ``words`` cannot be written, or an empty string."""
        if words == normalise(question.words) and (GAP in question.words or NUMBER in question.words):
            return "Put everyday words into the gaps, or leave them out; never a name or a number."
        if there := topic_of(self._nlu, words):
            return f"nlu/{there}.yml has these words already. Change them, or write - and delete the question."
        if pending := [choice.topic for choice in decisions.chosen if choice.words == words]:
            return f"You chose these words for {pending[0]} just now. Change them, or write -."
        if self._never(words):
            return "tests/questions/ measures with these very words, so the line must not learn them. Change them."
        return ""

    def _list_topics(self, before: str) -> None:
        click.echo(f"{before}Topics:")
        for topic, answer in sorted(self._content.answers.items()):
            click.echo(f"  {topic}{f': {answer.name}' if answer.name else ''}")

    def _name(self, topic: str) -> str:
        answer = self._content.answers.get(topic)
        return answer.name or topic if answer else topic
