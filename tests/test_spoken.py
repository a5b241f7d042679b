"""Rows spoken: a voice, a telephone line, a recogniser, and what is told of both scores."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scoring import compared, spoken
from scoring.calling import Met, meet
from scoring.cli import main
from scoring.language_model import language_model, spell, spelt_words
from scoring.questions import Row
from tests.conftest import ROOT

LETTERS = frozenset({"ect"})
NLU = """nlu:
- intent: ect_scarring
  examples: |
    - will the scar from ect be visible
    - does the lymphoedema leave a scar
    - i read it in 2019
"""

needs_flite = pytest.mark.skipif(not shutil.which("flite"), reason="needs the package flite")
needs_espeak = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs the package espeak-ng")


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu/ect_scarring.yml").write_text(NLU)
    (tmp_path / "responses").mkdir()
    shutil.copy(ROOT / "responses/lexicon.yml", tmp_path / "responses")
    return tmp_path


def test_a_line_carries_only_its_band() -> None:
    seconds = np.arange(spoken.HEARD_AT) / spoken.HEARD_AT
    kept, low, high = (
        np.std(spoken.over_the_telephone(0.5 * np.sin(2 * np.pi * hertz * seconds))) for hertz in (1000, 100, 3800)
    )
    assert kept == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert low < 0.01 * kept
    assert high < 0.1 * kept


@needs_flite
def test_a_voice_keeps_nothing_above_the_band() -> None:
    def above(sound: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(power[np.fft.rfftfreq(len(sound), 1 / spoken.HEARD_AT) > 3600].sum() / power.sum())

    said = spoken.say("this is a sentence of hissing sounds", "flite", "slt")
    assert above(spoken.over_the_telephone(said)) < 0.01 * above(said)


@needs_flite
@pytest.mark.parametrize("voice", spoken.VOICES["flite"])
def test_words_survive_the_line(small_project: Path, voice: str) -> None:
    recogniser = spoken.Recogniser(language_model(small_project))
    said = spoken.say(spell("will the scar from ect be visible", LETTERS), "flite", voice)
    assert {"scar", "ect", "visible"} <= set(recogniser.hear(spoken.over_the_telephone(said)).split())


@needs_espeak
def test_the_other_voices_speak() -> None:
    said = spoken.say("does it leave a scar", "espeak", "en-gb")
    assert len(said) > spoken.HEARD_AT
    assert np.abs(said).max() == pytest.approx(0.5)


@needs_flite
def test_only_phrasings_are_expected(small_project: Path) -> None:
    model = language_model(small_project)
    entries = dict(line.split(" ", 1) for line in model.dictionary.read_text().splitlines())
    words = {word.partition("(")[0] for word in entries}
    assert words == set(["will", "the", "scar", "from", "ect", "be", "visible", "does", "lymphoedema", "leave", "a"])
    assert entries["ect"] == "IY S IY T IY"
    assert "2019" not in model.arpa.read_text()
    assert words | {"<s>", "</s>"} == _expected(model.arpa)


def _expected(arpa: Path) -> set[str]:
    single = arpa.read_text().split("\\1-grams:")[1].split("\\2-grams:")[0]
    return {line.split()[1] for line in single.splitlines() if line.strip()}


@needs_flite
def test_a_language_model_is_kept_until_a_phrasing_changes(small_project: Path) -> None:
    model = language_model(small_project)
    made = model.arpa.stat().st_mtime_ns
    assert language_model(small_project) == model
    assert model.arpa.stat().st_mtime_ns == made
    (small_project / "nlu/ect_scarring.yml").write_text(NLU.replace("2019", "it"))
    assert language_model(small_project) != model


def test_abbreviations_are_said_by_their_letters() -> None:
    assert spelt_words(ROOT) == {"ct", "ect"}
    assert spell("is ect like a ct scan", spelt_words(ROOT)) == "is e c t like a c t scan"


def test_a_sample_is_the_same_each_time() -> None:
    rows = [Row(name, f"{name}{number}", "words", "fact") for name in ("a", "b") for number in range(9)]
    chosen = spoken.sample(rows, 4)
    assert [row.set for row in chosen] == ["a"] * 4 + ["b"] * 4
    assert chosen == sorted(chosen, key=lambda row: row.id) == spoken.sample(rows, 4)
    assert spoken.sample(rows, 20) == rows


class _Deaf(spoken.Recogniser):
    def __init__(self) -> None: ...

    def hear(self, sound: spoken.Sound) -> str:
        return ""


@needs_flite
def test_a_follow_up_stays_one_when_nothing_is_heard() -> None:
    row = Row("set", "r1", "is it permanent", "fact", ("nodules",), "does it leave a scar")
    assert list(spoken.as_heard([row], _Deaf(), "flite", LETTERS)) == [replace(row, text="", said=row.text)]


def test_nothing_heard_is_silence(local_line: str) -> None:
    assert meet(local_line, Row("set", "r1", "", "fact", said="is it permanent")).kind not in ("answer", "clarify")


def test_both_scores_stand_side_by_side() -> None:
    row = Row("set", "r1", "i cannot breathe", "emergency", said="i cannot breathe")
    table = compared.as_text([Met(row, "emergency", "")], [Met(replace(row, text="i can"), "refuse", "")], {})
    assert "set: 1 rows, 66.7% of words misheard" in table
    assert _columns(table, "emergency met as emergency") == "1 of 1 100.0% 0 of 1 0.0% -100.0"
    assert _columns(table, "any danger missed") == "0 of 1 0.0% 1 of 1 100.0% +100.0"


def _columns(table: str, measure: str) -> str:
    [line] = [line for line in table.splitlines() if measure in line]
    return " ".join(line.replace(measure, "").split())


def test_missing_programs_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ran = CliRunner().invoke(main, ["spoken", "--voices", "espeak"])
    assert ran.exit_code == 2
    [line] = ran.output.splitlines()
    assert "flite, espeak-ng" in line
    assert "apt install" in line


@needs_flite
def test_a_spoken_score_writes_what_was_recognised(
    local_line: str, small_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = small_project / "sets"
    sets.mkdir()
    (sets / "mine.tsv").write_text(
        "id\tpersona\tcontext\ttext\tkind\tfacts\nm1\tanybody\t\tdoes the lymphoedema leave a scar\tfact\tnodules\n"
    )
    monkeypatch.setattr("scoring.cli.language_model", lambda _: language_model(small_project))
    out = small_project / "page"
    ran = CliRunner().invoke(main, ["spoken", "--only", str(sets), "--to", local_line, "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    assert "mine: 1 rows" in ran.output
    assert "<small>recognised: does the lymphoedema leave a scar</small>" in (out / "index.html").read_text()
