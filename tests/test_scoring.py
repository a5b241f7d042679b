"""The measuring itself: what counts as a hit, a miss and a fall."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring import baseline, charts
from scoring.anchors import table
from scoring.calling import Met, NoLine, meet, meet_all
from scoring.cli import main
from scoring.measures import Result, results
from scoring.overlap import Phrasing, near_pairs, phrasings
from scoring.questions import Row, UnknownQuestions, find_sets, read_set, read_sets
from scoring.report import as_text, confusions, recall
from scoring.slips import read_slips, with_slips
from tests.conftest import ROOT
from tests.fakes import FakeRasa
from tests.servers import absent, answering

FACTS = {
    "lumps": frozenset({"nodules"}),
    "symptoms": frozenset({"nodules", "rash"}),
    "cure": frozenset({"not-curable"}),
}
HEADER = "id\tpersona\tcontext\ttext\tkind\tfacts\n"


def question(kind: str = "fact", facts: tuple[str, ...] = ("nodules",), text: str = "words", context: str = "") -> Row:
    return Row("set", "r1", text, kind, facts, context)


def by_name(met: Met) -> dict[str, Result]:
    return {result.measure.name: result for result in results([met], FACTS)}


@pytest.mark.parametrize(
    ("met", "at_once", "in_one", "wrong"),
    [
        (Met(question(), "answer", "lumps"), 1, 1, 0),
        (Met(question(), "answer", "symptoms"), 1, 1, 0),
        (Met(question(), "answer", "cure"), 0, 0, 1),
        (Met(question(), "clarify", "cure", offered=("cure", "lumps")), 0, 1, 0),
        (Met(question(), "clarify", "cure", offered=("cure",)), 0, 0, 0),
        (Met(question(), "refuse", ""), 0, 0, 0),
    ],
)
def test_a_question_is_right_at_once_in_one_choice_or_wrong(met: Met, at_once: int, in_one: int, wrong: int) -> None:
    found = by_name(met)
    assert len(found["leaflet questions: right answer at once"].hits) == at_once
    assert len(found["leaflet questions: right at once or after one choice"].hits) == in_one
    assert len(found["leaflet questions given a wrong answer"].hits) == wrong
    assert len(found["leaflet questions given a wrong answer"].misses) == wrong


def test_follow_ups_are_counted_apart() -> None:
    found = by_name(Met(question(context="before"), "answer", "lumps"))
    assert set(found) == {
        "follow-ups: right at once or after one choice",
        "follow-ups: right answer at once",
        "follow-ups given a wrong answer",
        "nobody in danger, and met as danger",
    }


@pytest.mark.parametrize("kind", ["fact", "meta", "oos-medical", "oos-other", "nav:slower"])
def test_a_false_alarm_is_a_miss(kind: str) -> None:
    name = "nobody in danger, and met as danger"
    for met_as, alarms in (("emergency", 1), ("crisis", 1), ("distress", 0), ("answer", 0)):
        assert len(by_name(Met(question(kind), met_as, ""))[name].misses) == alarms
    assert name not in by_name(Met(question("danger", ()), "emergency", ""))


def test_a_command_must_be_understood_as_itself() -> None:
    row = question("nav:slower", ())
    assert by_name(Met(row, "control", "", understood="slower"))["commands obeyed"].verdict == "met"
    assert by_name(Met(row, "control", "", understood="repeat"))["commands obeyed"].verdict == "missed"


@pytest.mark.parametrize(
    ("kind", "understood", "verdict"),
    [
        ("transfer", "person", "met"),  # "yes, put me through"
        ("answer", "more", "met"),  # "yes, go on"
        ("control", "more", "missed"),  # there was no more
        ("answer", "lumps", "missed"),
        ("crisis", "wish_to_die", "missed"),
    ],
)
def test_a_yes_may_be_understood_as_what_it_leads_to(kind: str, understood: str, verdict: str) -> None:
    for command, wanted in (("nav:yes", verdict), ("nav:no", "missed")):
        met = Met(question(command, ()), kind, "", understood=understood)
        assert by_name(met)["commands obeyed"].verdict == wanted


def test_an_answer_from_outside_the_leaflet_is_a_miss() -> None:
    result = by_name(Met(question("oos-medical", ()), "answer", "cure"))["outside the leaflet: got a leaflet answer"]
    assert (len(result.misses), result.verdict) == (1, "missed")


def test_calls_are_made_and_noted(local_line: str, rasa: FakeRasa) -> None:
    rasa.understands["any cure"] = "cure"
    rasa.understands["hmm the lump or the cure"] = [("nlu_fallback", 0.5), ("cure", 0.4), ("lumps", 0.3)]
    rasa.understands["again please love"] = "repeat"
    rows = [question(text="any cure"), question(text="hmm the lump or the cure"), question("nav:repeat", (), "pardon")]
    sure, doubtful, command = meet_all(local_line, rows)
    assert (sure.kind, sure.topic, sure.understood, sure.confidence) == ("answer", "cure", "cure", 0.9)
    assert (doubtful.kind, doubtful.offered) == ("clarify", ("cure", "lumps"))
    assert (command.kind, command.understood, command.ranking) == ("control", "repeat", ())


def test_an_answer_beside_comfort_or_a_refusal_is_noted_as_offered(local_line: str, rasa: FakeRasa) -> None:
    rasa.understands |= {"will it ever go": [("distress", 0.5), ("cure", 0.3)], "i can't stop crying": "distress"}
    rasa.understands |= {"should i keep still in the scanner": "ct_scan", "who won the match": "off_topic"}
    comforted = question("distress", (), "i can't stop crying")
    advice, outside = (
        question("oos-medical", (), "should i keep still in the scanner"),
        question("oos-other", (), "who won the match"),
    )
    met = list(meet_all(local_line, [question(text="will it ever go"), comforted, advice, outside]))
    assert [one.offered for one in met] == [("cure",), (), ("ct_scan",), ()]
    named = {
        found.measure.name: found for found in results(met, {"cure": {"cannot-be-cured"}, "ct_scan": {"ct-painless"}})
    }
    assert named["outside: refused, an answer offered"].hits == (met[2],)


def test_what_was_asked_before_is_said_first(local_line: str, rasa: FakeRasa) -> None:
    rasa.understands |= {"any cure": "cure", "is that so": [("nlu_fallback", 0.5), ("lumps", 0.4)]}
    rasa.understands["cure and is that so"] = "symptoms"
    rasa.leaning.add("is that so")
    met = meet(local_line, question(text="is that so", context="any cure"))
    assert (met.topic, met.readings) == ("symptoms", 2)


@pytest.mark.parametrize("server", [absent, lambda: answering(200, b"<html>")])
def test_what_is_no_line_is_named(server: Callable[..., object]) -> None:
    with server() as address, pytest.raises(NoLine, match="r1"):  # type: ignore[attr-defined]
        meet(address, question())


def test_a_fall_beyond_chance_is_named_and_a_small_one_is_not() -> None:
    before = {"dev": {"right": ["d1", "d2"]}}
    assert baseline.falls(before, {"dev": {"right": ["d1", "d3"]}}) == []
    assert baseline.falls(before, {"dev": {"right": ["d1", "d2", "d3", "d4", "d5", "d6"]}}) == []
    [line] = baseline.falls(before, {"dev": {"right": ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]}})
    assert "5 rows lost, 0 won: d3, d4, d5, d6, d7" in line


def test_a_baseline_comes_back_as_it_was_written(tmp_path: Path) -> None:
    kept = {"set": baseline.missed(results([Met(question(), "answer", "cure")], FACTS), "set")}
    baseline.write(tmp_path / "baseline.json", kept)
    assert baseline.read(tmp_path / "baseline.json") == kept
    assert kept["set"]["leaflet questions given a wrong answer"] == ["r1"]


def test_sets_are_read_and_others_named(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text(HEADER + "m1\tanybody\tbefore\twhat lumps\tfact\tnodules,rash\n")
    (tmp_path / "asr_table.tsv").write_text("op\tcount\n")
    [path] = find_sets([tmp_path])
    assert read_set(path) == [Row("mine", "m1", "what lumps", "fact", ("nodules", "rash"), "before")]
    (tmp_path / "again").mkdir()
    (tmp_path / "again/mine.tsv").write_text(path.read_text() + "m2\tanybody\t\twhat rash\tfact\trash\n")
    assert [row.id for row in read_sets([tmp_path, tmp_path / "again"])] == ["m1", "m2"], "each once"
    path.write_text("a\tb\n1\t2\n")
    with pytest.raises(UnknownQuestions, match="a, b"):
        read_set(path)
    with pytest.raises(UnknownQuestions, match="is no folder"):
        list(find_sets([tmp_path / "absent"]))


def test_typed_questions_are_said_as_spoken(tmp_path: Path) -> None:
    path = tmp_path / "near_scope.tsv"
    path.write_text("id\ttext\ttopic\tsource\tlicence\nN1\tIs it (really) Cancer?\tother\tx\ty\n")
    assert read_set(path) == [Row("near_scope", "N1", "is it really cancer", "oos-real")]


def test_our_own_sets_hold_rows_of_every_kind_and_facts_that_exist() -> None:
    rows = read_sets([ROOT / "tests/questions"])
    known = set().union(*({*facts} for facts in _all_facts().values()))
    assert {fact for row in rows for fact in row.facts} <= known
    assert len({(row.set, row.id) for row in rows}) == len(rows)


def _all_facts() -> dict[str, dict[str, str]]:
    import yaml

    found: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "responses/facts.yml").read_text())
    return found


def test_confidence_that_is_true_has_no_error() -> None:
    assert charts.calibration_error([(1.0, True), (1.0, True)]) == 0
    assert charts.calibration_error([(0.9, False), (0.9, False)]) == pytest.approx(0.9)
    assert charts.calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0)


def test_risk_grows_as_doubtful_answers_are_given() -> None:
    coverage, risk = charts.risk_coverage_curve([(0.2, False), (0.9, True), (0.5, False), (0.8, True)])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2])


def test_misreadings_are_counted_by_the_topic_wanted() -> None:
    right = Met(question(), "answer", "lumps", ranking=(("lumps", 0.9),))
    wrong = Met(question(), "answer", "cure", ranking=(("cure", 0.9),))
    assert confusions([right, wrong, wrong], FACTS) == [("lumps", "cure", 2)]
    [row] = recall([right, wrong], FACTS)
    assert (row.topic, row.right, row.rows) == ("lumps", 1, 2)


def test_the_table_says_counts_and_target() -> None:
    table = as_text({"set": results([Met(question(), "answer", "cure")], FACTS)})
    assert "right answer at once" in table
    assert "0 of   1" in table
    assert "missed (target 88%)" in table


def test_models_are_told_side_by_side_with_and_without_thresholds() -> None:
    asked_back = Met(question(), "clarify", "", offered=("cure",), ranking=(("lumps", 0.4), ("cure", 0.3)))
    answered = Met(question(), "answer", "lumps", ranking=(("lumps", 0.9),))
    lines = table.as_text({"default": [asked_back], "ours": [answered]}, FACTS).splitlines()
    counts = {line[:56].strip(): line[56:].split("of") for line in lines}
    assert [part.split()[-1] for part in counts["leaflet questions: likeliest topic right, no threshold"][:2]] == [
        "1",
        "1",
    ]
    assert [part.split()[-1] for part in counts["leaflet questions: right answer at once"][:2]] == ["0", "1"]


def test_anchors_say_what_they_are() -> None:
    said = table.notes(ROOT / "scoring/anchors").splitlines()
    assert [line.split(":")[0] for line in said] == [name for name in table.MODELS if name != "ours"]


@pytest.mark.parametrize("name", ["default", "nearest"])
def test_anchors_answer_from_the_share_that_ours_does(name: str) -> None:
    ours, anchor = (_fallback(ROOT / path) for path in ("config.yml", f"scoring/anchors/{name}.yml"))
    assert {key: ours[key] for key in anchor} == anchor


def _fallback(config: Path) -> dict[str, object]:
    import yaml

    steps: list[dict[str, object]] = yaml.safe_load(config.read_text())["pipeline"]
    return next(step for step in steps if step["name"] == "FallbackClassifier")


def test_a_score_writes_a_page_with_every_miss(local_line: str, tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text(HEADER + "m1\tanybody\t\t<b>what lumps</b>\tfact\tnodules\n")
    ran = CliRunner().invoke(
        main, ["score", "--only", str(tmp_path), "--to", local_line, "--out", str(tmp_path / "page")]
    )
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "page/index.html").read_text()
    assert "&lt;b&gt;what lumps&lt;/b&gt;" in page
    assert page.count("<svg") == 2
    assert not re.search(r"<(?:link|script|img|iframe)\b|@import|url\(http", page), "self-contained"


def test_near_phrasings_are_paired_across_topics() -> None:
    rows = [
        Phrasing("biopsy", "does the biopsy hurt very much when they do it"),
        Phrasing("ct_scan", "does the biopsy hurt very much when they do it to"),
        Phrasing("cure", "is there a cure"),
    ]
    assert [(pair.first.topic, pair.second.topic) for pair in near_pairs(rows)] == [("biopsy", "ct_scan")]


def test_phrasings_are_read_from_every_block(tmp_path: Path) -> None:
    (tmp_path / "cure.yml").write_text(
        "nlu:\n- intent: cure\n  examples: |\n    - is there a cure\n"
        "- intent: cure\n  metadata: {after: lumps}\n  examples: |\n    - and for good\n"
    )
    assert list(phrasings(tmp_path)) == [Phrasing("cure", "is there a cure"), Phrasing("cure", "and for good")]


def test_words_are_lost_and_mistaken_as_counted(tmp_path: Path) -> None:
    table = tmp_path / "slips.tsv"
    table.write_text("op\treference\thypothesis\tcount\ndel\tum\t\t5\nsub\tnodules\tnoodles\t3\n")
    rows = [Row("set", f"r{n}", "um what are these nodules on me then", "fact") for n in range(300)]
    heard = [row.text for row in with_slips(rows, read_slips(table))]
    lost = sum(8 - len(text.split()) for text in heard) / (8 * 300)
    assert 0.05 < lost < 0.2
    assert sum("um" not in text for text in heard) > 120, "what is often lost is lost first"
    assert {word for text in heard for word in text.split()} == {
        *["um", "what", "are", "these", "nodules", "noodles", "on", "me", "then"]
    }
    assert heard == [row.text for row in with_slips(rows, read_slips(table))]
    with pytest.raises(UnknownQuestions, match="SLIPS"):
        read_slips(tmp_path / "absent.tsv")
