"""What the line can say: the shapes of the YAML in responses/, frozen."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ivr.hours_words import HoursWords
from ivr.phone_words import Phone
from ivr.reply import Kind
from ivr.strict import Strict

_MOST_HINTS = 500
_LONGEST_HINT = 100  # characters
_WORDS = "words"  # the addition that says whether a caller's words are kept

Then = Literal[
    "", "person", "repeat", "slower", "normal_speed", "menu", "back", "more", "wait", "yes", "no", "text", "hang_up"
]
"""What the phone does instead of, or after, speaking an answer."""


class Part(Strict):
    """One part of an answer: what is said in one turn, and the facts it rests on."""

    text: str = ""
    facts: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()


class Answer(Strict):
    """One topic's answer. ``reviewed`` is who signed the wording and when, or None."""

    topic: str
    kind: Kind
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    name: str = ""
    about: str = "nothing"
    follow: str = ""
    related: tuple[str, ...] = ()
    then: Then = ""
    reviewed: str | None = None


Phrases = dict[str, tuple[str, ...]]
"""Whole utterances or parts of one, by the topic they mean."""


class Lexicon(Strict):
    """responses/lexicon.yml."""

    respelt: dict[str, str]
    said_as_written: tuple[str, ...]


class Watched(Strict):
    """One class of words that are looked for: its phrases, and the topic that is spoken."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, Field(alias="class")]
    topic: str
    phrases: Annotated[tuple[str, ...], Field(min_length=1)]


class RedFlag(Watched):
    """Danger; ``even_in_questions``: it counts in a plain question too."""

    even_in_questions: bool = False


class Refusal(Watched):
    """What is never answered; ``offers_answer``: the answer that Rasa is sure of is offered beside the refusal."""

    offers_answer: bool = False


class RedFlags(Strict):
    """responses/red_flags.yml, where each list is explained."""

    look_alikes: tuple[str, ...]
    negations: tuple[str, ...]
    long_past: tuple[str, ...]
    questions: tuple[str, ...]
    openers: tuple[str, ...]
    fillers: tuple[str, ...]
    reports: tuple[str, ...]
    flags: tuple[RedFlag, ...]
    refusals: tuple[Refusal, ...]
    corrections: tuple[str, ...]


class Content(Strict):
    """Everything the line can say; ``answers`` by topic."""

    answers: dict[str, Answer]
    phone: Phone
    lexicon: Lexicon
    commands: Phrases
    red_flags: RedFlags
    hours: HoursWords


def with_words_kept(content: Content, days: int) -> Content:
    """Return ``content`` as it is spoken where questions that found no answer are kept for ``days``."""
    words = content.phone.words_kept
    said = {
        "notice": words.notice.format(days=days),
        "additions": content.phone.additions | {_WORDS: words.privacy.format(days=days)},
    }
    return content.model_copy(update={"phone": content.phone.model_copy(update=said)})


def hints(content: Content) -> tuple[str, ...]:
    """Return what the recogniser is to expect: the line's own hints first, then names of topics and hard words.

    At most 500 entries of at most 100 characters (https://www.twilio.com/docs/voice/twiml/gather#hints).
    """
    names = (answer.name.replace(",", "") for answer in content.answers.values())
    expected = dict.fromkeys((*content.phone.listening.hints, *names, *content.lexicon.respelt))
    return tuple(hint for hint in expected if hint and len(hint) <= _LONGEST_HINT and "," not in hint)[:_MOST_HINTS]
