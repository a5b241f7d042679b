"""What is left of a row once it was said by a synthetic voice, over a telephone line, to a recogniser."""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder
from scipy.io import wavfile
from scipy.signal import butter, resample_poly, sosfiltfilt

from scoring.language_model import LanguageModel, spell
from scoring.questions import Row

Sound = npt.NDArray[np.float64]
"""Samples between -1 and 1, at HEARD_AT."""

HEARD_AT = 16_000  # samples a second: what the recogniser's model was made from
_LINE = 8_000  # samples a second on a telephone line
_BAND = (300.0, 3_400.0)  # hertz that a telephone line carries
_LOUDEST = 0.5  # of full scale
_NOISE = -60.0  # decibels below full scale; in perfect silence the recogniser hears nothing at all
_PAUSE = 0.25  # seconds before and after the words

VOICES = {
    "flite": ("slt", "awb", "rms"),  # an American woman, a Scottish man, an American man
    "espeak": ("en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb+f2", "en-gb+f3", "en-gb+m3"),
}


class MissingProgram(Exception):
    """A program of the system is not there; the text says which package brings it."""


def require(kind: str) -> None:
    """Raise MissingProgram unless everything is there to speak with voices of ``kind``, a key of VOICES."""
    programs = ["flite", *(["espeak-ng"] if kind == "espeak" else [])]  # flite also says how new words sound
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise MissingProgram(
            f"speaking needs packages that are not installed: {', '.join(missing)} (apt install {' '.join(missing)})"
        )


def sample(rows: Iterable[Row], most: int) -> list[Row]:
    """Return ``rows`` with at most ``most`` of each set, chosen by chance but always the same, in their order."""
    by_set: dict[str, list[Row]] = {}
    for row in rows:
        by_set.setdefault(row.set, []).append(row)
    return [row for name, found in by_set.items() for row in _some(found, most, random.Random(name))]  # noqa: S311


def say(text: str, kind: str, voice: str) -> Sound:
    """Return ``text`` as ``voice`` of ``kind`` says it, with a short silence around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = {
            "flite": ["flite", "-voice", voice, "-t", f" {text} ", "-o", str(path)],  # spaces: never a file's name
            "espeak": ["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), "--", text],  # 150 words a minute
        }[kind]
        subprocess.run(command, check=True)  # noqa: S603 - the programs above
        rate, samples = wavfile.read(path)
    said = _resampled(samples.astype(np.float64), rate, HEARD_AT)
    silence = np.zeros(int(_PAUSE * HEARD_AT))
    return np.concatenate([silence, said * _LOUDEST / max(np.abs(said).max(), 1), silence])


def over_the_telephone(sound: Sound) -> Sound:
    """Return what a telephone line leaves of ``sound``: its band, and eight bits a sample (G.711, mu-law)."""
    band = butter(4, _BAND, btype="bandpass", fs=_LINE, output="sos")
    narrow = np.clip(sosfiltfilt(band, _resampled(sound, HEARD_AT, _LINE)), -1, 1)
    steps = np.round(127 * np.log1p(255 * np.abs(narrow)) / np.log(256)) / 127
    return _resampled(np.sign(narrow) * (256**steps - 1) / 255, _LINE, HEARD_AT)


class Recogniser:
    """Pocketsphinx, expecting what ``model`` holds.

    How sure it says it is goes unused: not on the scale of Twilio's Confidence, and hardly telling right from wrong.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._decoder = Decoder(lm=str(model.arpa), dict=str(model.dictionary), loglevel="FATAL")

    def hear(self, sound: Sound) -> str:
        """Return the words in ``sound``, or nothing."""
        noise = 10 ** (_NOISE / 20) * np.random.default_rng(0).standard_normal(len(sound))
        samples = np.clip(sound + noise, -1, 1) * 32767
        self._decoder.start_utt()
        self._decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        best = self._decoder.hyp()
        return best.hypstr if best else ""


def as_heard(rows: Iterable[Row], recogniser: Recogniser, kind: str, letters: frozenset[str]) -> Iterator[Row]:
    """Yield each row as ``recogniser`` heard it from one of the voices of ``kind``, the same at each run.

    Of what was asked before, nothing heard counts as asked again and understood: a follow-up stays one.
    """
    for row in rows:
        voice = random.Random(row.id).choice(VOICES[kind])  # noqa: S311 - no secret
        heard, before = (
            recogniser.hear(over_the_telephone(say(spell(text, letters), kind, voice))) if text else ""
            for text in (row.text, row.context)
        )
        yield replace(row, text=heard, context=before or row.context, said=row.text)


def _some(rows: list[Row], most: int, chance: random.Random) -> list[Row]:
    chosen = chance.sample(range(len(rows)), min(most, len(rows)))
    return [rows[number] for number in sorted(chosen)]


def _resampled(samples: Sound, rate: int, wanted: int) -> Sound:
    common = int(np.gcd(rate, wanted))
    return np.asarray(resample_poly(samples, wanted // common, rate // common), dtype=np.float64)
