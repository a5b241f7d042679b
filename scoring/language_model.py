"""What a recogniser of this line expects to hear: words, their order and their sounds, learnt from nlu/ alone."""

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketsphinx import get_model_path
from pocketsphinx.lm import ArpaBoLM

from ivr import yaml_file
from scoring.overlap import phrasings

_WORD = re.compile(r"[a-z][a-z'-]*")  # what a dictionary can hold; figures are written out by a recogniser
_SOUNDS = Path(get_model_path("en-us/cmudict-en-us.dict"))


@dataclass(frozen=True)
class LanguageModel:
    """How likely words follow one another (``arpa``), and how each may be pronounced (``dictionary``): two files."""

    arpa: Path
    dictionary: Path


def language_model(root: Path) -> LanguageModel:
    """Return the language model of the phrasings in ``root``/nlu, kept in build/ until one of them changes."""
    said = [phrasing.text.lower().split() for phrasing in phrasings(root / "nlu")]
    # A sentence with a word that has no sound is left out whole, rather than sewn together.
    sentences = [words for words in said if all(map(_WORD.fullmatch, words))]
    letters = spelt_words(root)
    made_of = [Path(__file__).read_text(encoding="utf-8"), *sorted(letters), *(" ".join(words) for words in sentences)]
    folder = root / "build/language-model" / hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
    model = LanguageModel(folder / "callers.arpa", folder / "callers.dict")
    if not model.arpa.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write_dictionary(model.dictionary, {word for words in sentences for word in words}, letters)
        _write_arpa(model.arpa, sentences)  # last: where it is, the other is whole
    return model


def spelt_words(root: Path) -> frozenset[str]:
    """Return the words that are said letter by letter, such as ect, by ``root``/responses/lexicon.yml."""
    respelt = yaml_file.read(root / "responses/lexicon.yml")["respelt"]
    return frozenset(term.lower() for term, letters in respelt.items() if letters == " ".join(term))


def spell(text: str, letters: frozenset[str]) -> str:
    """Return ``text`` with each word of ``letters`` written as its letters: "ect" as "e c t"."""
    return " ".join(" ".join(word) if word in letters else word for word in text.split())


def _write_dictionary(path: Path, words: set[str], letters: frozenset[str]) -> None:
    sounds = {word: [phones] for word, phones in _known_sounds() if word in words - letters}
    for word, phones in _known_sounds():
        base = word.partition("(")[0]
        if base != word and base in sounds:
            sounds[base].append(phones)
    unknown = sorted(words - sounds.keys())
    sounds |= {word: [phones] for word, phones in zip(unknown, _sounds_by_rule(unknown, letters), strict=True)}
    with path.open("w", encoding="utf-8") as file:
        for word in sorted(sounds):
            for number, phones in enumerate(sounds[word], 1):
                file.write(f"{word}{f'({number})' if number > 1 else ''} {phones}\n")


def _known_sounds() -> Iterator[tuple[str, str]]:
    """Yield each line of pocketsphinx's own dictionary; a word's further sounds are named word(2), word(3)."""
    for line in _SOUNDS.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        yield word, phones


def _sounds_by_rule(words: Iterable[str], letters: frozenset[str]) -> Iterator[str]:
    """Yield how flite pronounces each of ``words``; its phones are the recogniser's, in small letters."""
    for word in words:
        done = subprocess.run(  # noqa: S603 - a word of our own
            ["flite", "-ps", "-t", f" {spell(word, letters)} ", "none"],  # noqa: S607 - wherever it is installed
            capture_output=True,
            check=True,
            text=True,
        )
        phones = (phone for phone in done.stdout.split() if phone != "pau")
        yield " ".join({"ax": "AH"}.get(phone, phone.upper()) for phone in phones)


def _write_arpa(path: Path, sentences: list[list[str]]) -> None:
    model = ArpaBoLM(text="\n".join(" ".join(words) for words in sentences), add_start=True)
    model.compute()
    unfinished = path.with_suffix(".part")
    model.write_file(str(unfinished))
    unfinished.replace(path)
