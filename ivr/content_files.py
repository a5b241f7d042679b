"""Reads responses/ into Content; every problem is told at once, each with its file."""

from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import BaseModel, TypeAdapter

from ivr import yaml_file
from ivr.content import Answer, Content, Lexicon, Phrases, RedFlags
from ivr.hours import NATIONS
from ivr.hours_words import HoursWords
from ivr.phone_words import Phone, menu_items
from ivr.yaml_file import ContentError

# Files in responses/ that hold no answer, each with the shape it must have.
_SHAPES: dict[str, Any] = {
    "phone": Phone,
    "lexicon": Lexicon,
    "commands": Phrases,
    "red_flags": RedFlags,
    "hours": HoursWords,
}
LINE_FILES = (*_SHAPES, "facts")
_FILLED = {"number", "reviewed", "review_due", "opens", "hours", "opening", "nhs_111"}
# Wordings that take others besides, and those that take these alone.
_ALSO_FILLED = {
    "prompts.about": {"name"},
    "prompts.did_you_ask": {"first", "second"},
    "prompts.did_you_ask_one": {"first"},
    "prompts.not_that": {"first", "second"},
}
_FILLED_ALONE = {
    "prompts.choice": {"name", "key"},
    "texts.message": {"number", "link"},
    "words_kept.notice": {"days"},
    "words_kept.privacy": {"days"},
}


def load(folder: Path) -> Content:
    """Read ``folder`` (responses/), or raise ContentError with all problems at once."""
    problems: list[str] = []
    line: dict[str, Any] = {}
    answers: dict[str, Answer] = {}
    for stem, shape in _SHAPES.items():
        with yaml_file.collecting(problems):
            path = folder / f"{stem}.yml"
            line[stem] = yaml_file.parse(path, TypeAdapter(shape), yaml_file.read(path))
    for path in answer_files(folder):
        with yaml_file.collecting(problems):
            answers[path.stem] = _answer(path)
    if not problems:
        content = Content(answers=answers, **line)
        problems = list(_dangling(content))
    if problems:
        raise ContentError(problems)
    return content


def answer_files(folder: Path) -> list[Path]:
    """Return the files of ``folder`` that hold one topic's answer each."""
    return [path for path in sorted(folder.glob("*.yml")) if path.stem not in LINE_FILES]


def _answer(path: Path) -> Answer:
    """Read one topic's file: ``responses: {utter_<stem>: [one entry]}``."""
    utter = f"utter_{path.stem}"
    document = yaml_file.read(path)
    match document:
        case {"responses": {**utters}, **others} if list(utters) == [utter] and not others:
            pass
        case _:
            raise _problem(path, f"must hold responses: with {utter}: under it, and nothing else")
    match utters[utter]:
        case [{**entry}]:
            return yaml_file.parse(path, TypeAdapter(Answer), _flat(path, entry))
        case _:
            raise _problem(path, f"{utter} must be a list of one entry; several would be spoken at random")


def _flat(path: Path, entry: dict[Any, Any]) -> dict[str, Any]:
    """Turn one Rasa response into Answer's fields; unknown keys stay in, to be refused."""
    custom = dict(entry.pop("custom", None) or {})
    metadata = dict(entry.pop("metadata", None) or {})
    if custom.get("topic") != path.stem:
        raise _problem(path, f"custom.topic: must be {path.stem}, the file's own name")
    first = {
        "text": entry.pop("text", ""),
        "facts": metadata.pop("facts", ()),
        "adds": custom.pop("adds", ()),
    }
    return {**entry, **metadata, "parts": [first, *custom.pop("more", ())], **custom}


def _problem(path: Path, text: str) -> ContentError:
    return ContentError([f"{yaml_file.name(path)}: {text}"])


def _dangling(content: Content) -> Iterator[str]:
    """Name every reference that leads nowhere: a caller would press a key for nothing."""
    for topic, answer in content.answers.items():
        for other in answer.related:
            if other not in content.answers:
                yield f"responses/{topic}.yml: related: {other} has no file in responses/; correct or remove it"
        for added in {name for part in answer.parts for name in part.adds} - set(content.phone.additions):
            yield f"responses/{topic}.yml: adds: {added} is not among additions: in phone.yml"
    yield from _unknown_placeholders("phone", content.phone)
    yield from _unknown_placeholders("hours", content.hours)
    if missing := {"unknown", *NATIONS} - set(content.phone.nations):
        yield f"responses/phone.yml: nations: {', '.join(sorted(missing))} is missing; say where to call there"
    for item in menu_items(content.phone.menu):
        if bool(item.ask) == bool(item.menu):
            yield f"responses/phone.yml: menu: {item.say!r} needs either ask: or menu:"
        if item.ask and item.ask not in content.answers:
            yield f"responses/phone.yml: menu: {item.ask} has no file in responses/; correct or remove it"
    for file, topics in (
        ("commands", content.commands),
        ("red_flags", [flag.topic for flag in (*content.red_flags.flags, *content.red_flags.refusals)]),
    ):
        for topic in sorted(set(topics) - set(content.answers)):
            yield f"responses/{file}.yml: {topic} has no file in responses/; correct its name"


def _unknown_placeholders(file: str, words: BaseModel) -> Iterator[str]:
    """Name every {placeholder} of the line's own ``words`` that nothing fills."""
    for where, text in _texts(words.model_dump(exclude={"menu"})):
        try:
            names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError:
            names = {"a brace"}
        known = _FILLED_ALONE.get(where, _FILLED | _ALSO_FILLED.get(where, set()))
        for name in sorted(names - known):
            yield f"responses/{file}.yml: {where}: {name} is not a placeholder here; use {', '.join(sorted(known))}"


def _texts(values: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(values, str):
        yield where.strip("."), values
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from _texts(value, f"{where}.{key}")
    elif isinstance(values, (list, tuple)):
        for index, value in enumerate(values):
            yield from _texts(value, f"{where}.{index}")
