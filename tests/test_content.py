"""The content is sound, and a fault in it is told as "file: problem and cure"."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.checks import problems
from ivr.content import Content, hints
from ivr.content_files import load
from ivr.yaml_file import ContentError
from tests.conftest import ROOT

Edit = Callable[[Path], object]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of what editors write, to break."""
    for folder in ("nlu", "replies", "responses"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def replace(file: str, old: str, new: str) -> Edit:
    def edit(tree: Path) -> None:
        text = (tree / file).read_text()
        assert old in text, f"{file} no longer holds {old!r}"
        (tree / file).write_text(text.replace(old, new, 1))

    return edit


def test_there_is_content(content: Content) -> None:
    assert len([a for a in content.answers.values() if a.kind == "answer"]) > 50


def test_the_real_content_has_no_problem() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize(
    ("edit", "file", "problem"),
    [
        (replace("responses/cure.yml", "  - text:", "  - txet:"), "responses/cure.yml", "txet"),
        (replace("responses/cure.yml", "kind: answer", "kind: anser"), "responses/cure.yml", "kind"),
        (replace("responses/cure.yml", "topic: cure", "topic: cur"), "responses/cure.yml", "file's own name"),
        (replace("responses/cure.yml", "utter_cure", "utter_cur"), "responses/cure.yml", "utter_cure"),
        (replace("responses/cure.yml", "text: >-", "text: 'open"), "responses/cure.yml", "line "),
        (
            replace("responses/cure.yml", "kind: answer", "kind: answer\n      kind: answer"),
            "responses/cure.yml",
            "twice",
        ),
        (replace("responses/cure.yml", "reviewed: null", "reviewed: 2026-11-23"), "responses/cure.yml", "reviewed"),
        (replace("responses/cure.yml", "[treatment_aim,", "[aim,"), "responses/cure.yml", "aim has no file"),
        (replace("responses/cure.yml", "[not-curable,", "[not-curabel,"), "responses/cure.yml", "not-curabel"),
        (
            replace("responses/cure.yml", "facts: [not-curable, purpose]", "facts: []"),
            "responses/cure.yml",
            "cites no fact",
        ),
        (replace("responses/cure.yml", "cannot be", "can't be"), "responses/cure.yml", "can't"),
        (
            replace("responses/cure.yml", "hard to hear.", "hard to hear " + "very " * 20 + "."),
            "responses/cure.yml",
            "20 at most",
        ),
        (replace("responses/cure.yml", "hard to hear.", "hard. " * 70), "responses/cure.yml", "75 at most"),
        (replace("responses/ect.yml", "Electrochemotherapy, or ECT", "ECT"), "responses/ect.yml", "ECT before"),
        (replace("responses/cellulitis.yml", "[treatment_line]", "[line]"), "responses/cellulitis.yml", "line"),
        (replace("responses/phone.yml", "ask: symptoms", "ask: symptom"), "responses/phone.yml", "symptom has no file"),
        (replace("responses/phone.yml", "  ask: symptoms", "  menu: []"), "responses/phone.yml", "ask: or menu:"),
        (replace("responses/phone.yml", "About {name}", "About {nmae}"), "responses/phone.yml", "nmae"),
        (replace("responses/phone.yml", "menu_timeout: 8", "menu_timeout: 0"), "responses/phone.yml", "menu_timeout"),
        (replace("responses/phone.yml", "  busy:", "  bussy:"), "responses/phone.yml", "bussy"),
        (replace("responses/phone.yml", "Hello. ", "Hello. " + "Welcome. " * 9), "responses/phone.yml", "greeting"),
        (replace("responses/commands.yml", "repeat:", "repaet:"), "responses/commands.yml", "repaet"),
        (replace("nlu/cure.yml", "- cure", "- cures"), "nlu/cure.yml", "intents"),
        (replace("nlu/cure.yml", "action: utter_cure", "action: utter_care"), "nlu/cure.yml", "rules"),
        (
            replace("nlu/cure.yml", "- intent: cure\n  examples", "- intent: care\n  examples"),
            "nlu/cure.yml",
            "examples",
        ),
        (replace("responses/ect_duration.yml", "usually takes", "takes"), "responses/ect_duration.yml", "'usually'"),
        (replace("responses/ect_duration.yml", "30 minutes", "minutes"), "responses/ect_duration.yml", "'30'"),
        (replace("responses/ect_duration.yml", "30 minutes", "30 to 45 minutes"), "responses/ect_duration.yml", "45"),
        (
            replace("responses/cellulitis.yml", "      adds: [treatment_line]\n", ""),
            "responses/cellulitis.yml",
            "add treatment_line",
        ),
        (replace("responses/how_common.yml", "      adds: [date]\n", ""), "responses/how_common.yml", "add date"),
        (
            replace("responses/ect_pain.yml", "doctor", "gastroenterologist"),
            "responses/ect_pain.yml",
            "gastroenterologist",
        ),
        (
            replace(
                "responses/lumps.yml",
                "skin metastases.",
                "multiple cutaneous malignant disease deposits occasionally materialising.",
            ),
            "responses/lumps.yml",
            "grade",
        ),
        (replace("responses/red_flags.yml", "topic: crisis", "topic: crises"), "responses/red_flags.yml", "crises"),
        (replace("responses/red_flags.yml", "  phrases:", "  phases:"), "responses/red_flags.yml", "phases"),
        (
            replace("responses/hours.yml", "closures: []", "closures: [{from: never}]"),
            "responses/hours.yml",
            "closures",
        ),
        (replace("responses/hours.yml", "are {hours}", "are {houres}"), "responses/hours.yml", "houres"),
        (replace("responses/phone.yml", "  Wales:", "  Wails:"), "responses/phone.yml", "Wales"),
        (replace("responses/lumps.yml", "      name: lumps in the skin\n", ""), "responses/lumps.yml", "custom.name"),
        (
            replace("responses/lumps.yml", "facts: [nodules]", "facts: [nodules, rash, cellulitis, lymphoedema]"),
            "responses/lumps.yml",
            "3 at most",
        ),
        (replace("responses/phone.yml", "- say: tests\n  ask: tests\n", ""), "responses/facts.yml", "more than 3"),
        (
            replace(
                "responses/phone.yml",
                "    - say: lung problems\n",
                "    - say: lungs\n      ask: ect_lungs\n" * 2 + "    - say: lung problems\n",
            ),
            "responses/phone.yml",
            "at most 6",
        ),
        (
            lambda tree: shutil.copy(tree / "nlu/cure.yml", tree / "nlu/cures.yml"),
            "nlu/cures.yml",
            "responses/cures.yml",
        ),
        (
            replace("responses/phone.yml", "text is on its way.", "text is {link}."),
            "responses/phone.yml",
            "texts.sent: link",
        ),
        (replace("responses/phone.yml", "More: {link}", "{hours}"), "responses/phone.yml", "texts.message: hours"),
        (
            replace("responses/phone.yml", "some are kept. Keys", "{number}. Keys"),
            "responses/phone.yml",
            "notice: number",
        ),
        (
            replace("responses/phone.yml", "main_menu: Main menu.", "main_menu: A {name}."),
            "responses/phone.yml",
            "name",
        ),
        (replace("responses/phone.yml", "More: {link}", "Breast {link}"), "responses/phone.yml", "says 'breast'"),
        (lambda tree: (tree / "nlu/cure.yml").unlink(), "responses/cure.yml", "nlu/cure.yml"),
        (lambda tree: (tree / "responses/wait.yml").unlink(), "responses/commands.yml", "wait"),
        (lambda tree: (tree / "responses/lexicon.yml").unlink(), "responses/lexicon.yml", "cannot be read"),
        (
            lambda tree: (tree / "replies/no.yml").rename(tree / "replies/maybe.yml"),
            "replies/maybe.yml",
            "move its words",
        ),
        (lambda tree: (tree / "replies/no.yml").write_text("distress:\n- no\n"), "replies/no.yml", "distress.0"),
        (lambda tree: (tree / "replies/no.yml").write_text("grief:\n- leave me\n"), "replies/no.yml", "'choice'"),
        (lambda tree: (tree / "replies/no.yml").write_text("more:\n- go on\n"), "replies/yes.yml", "in no.yml already"),
        (lambda tree: (tree / "responses/cure.yml").write_bytes(b"\xff\xfe\x00"), "responses/cure.yml", ""),
    ],
)
def test_a_fault_is_named_with_its_file(tree: Path, edit: Edit, file: str, problem: str) -> None:
    edit(tree)
    found = problems(tree)
    assert any(line.startswith(f"{file}: ") and problem in line for line in found), found


def test_a_fact_nobody_cites_is_named(tree: Path) -> None:
    replace("responses/ct_dye.yml", "[ct-dye]", "[ct-why]")(tree)
    assert any("ct-dye is cited by no answer" in problem for problem in problems(tree))


def test_a_fact_out_of_reach_of_keys_is_named(tree: Path) -> None:
    replace("responses/phone.yml", "    - say: the drugs used\n      ask: ect_drugs\n", "")(tree)
    assert any("ect-drugs is more than 3 key presses" in problem for problem in problems(tree))


def test_a_fact_that_no_question_reaches_at_once_is_named(tree: Path) -> None:
    replace("responses/ect_scarring.yml", "facts: [se-scarring]", "facts: [se-rash]")(tree)
    assert any("se-scarring is in no answer's first part" in problem for problem in problems(tree))


def test_all_problems_are_told_at_once(tree: Path) -> None:
    for topic in ("cure", "lumps", "support"):
        replace(f"responses/{topic}.yml", "kind: answer", "kind: anser")(tree)
    with pytest.raises(ContentError) as error:
        load(tree / "responses")
    assert len(error.value.problems) == 3


def test_answers_that_touch_danger_carry_the_treatment_line(content: Content) -> None:
    """Temperature, infection, bleeding, allergy and lungs: voice-and-safety, checklist 36."""
    urgent = {"se-temperature", "se-infection", "infection", "se-bleeding", "se-allergy", "se-lungs", "cellulitis"}
    for answer in content.answers.values():
        for part in answer.parts:
            if urgent & set(part.facts):
                assert "treatment_line" in part.adds, answer.topic


def test_a_statistic_or_availability_carries_the_date(content: Content) -> None:
    for answer in content.answers.values():
        for part in answer.parts:
            if {"how-common", "ect-availability"} & set(part.facts):
                assert "date" in part.adds, answer.topic


def test_the_urgent_texts_are_short(content: Content) -> None:
    """Ten seconds at 150 words a minute is 25 words."""
    for topic in ("emergency", "crisis"):
        assert len(content.answers[topic].parts[0].text.split()) <= 25


def test_no_wording_claims_a_review_it_did_not_have(content: Content) -> None:
    assert {answer.reviewed for answer in content.answers.values()} == {None}


def test_the_recogniser_is_told_every_topic_and_hard_word_once(content: Content) -> None:
    expected = hints(content)
    assert {answer.name.replace(",", "") for answer in content.answers.values() if answer.name} <= set(expected)
    assert set(content.lexicon.respelt) <= set(expected)
    assert len(set(expected)) == len(expected) <= 500
    assert expected[0] == content.phone.listening.hints[0]


def test_hints_that_twilio_would_refuse_are_left_out(content: Content) -> None:
    spoken = replace_hints(content, ("x" * 101, "one, two", "", "good"))
    assert hints(spoken)[0] == "good"
    assert len(hints(replace_hints(content, tuple(f"word {n}" for n in range(600))))) == 500


def replace_hints(content: Content, words: tuple[str, ...]) -> Content:
    listening = content.phone.listening.model_copy(update={"hints": words})
    return content.model_copy(update={"phone": content.phone.model_copy(update={"listening": listening})})


def test_a_follow_up_after_an_unknown_topic_or_without_it_is_named(tree: Path) -> None:
    path = tree / "nlu/cure.yml"
    path.write_text(path.read_text() + "- intent: cure\n  metadata: {after: lump}\n  examples: |\n    - and for good\n")
    assert problems(tree) == [
        "nlu/cure.yml: metadata: after: lump has no file in responses/; correct its name",
        "nlu/cure.yml: after: lump: '- and for good' must begin with 'lump and '",
    ]


def test_a_follow_up_without_lines_is_no_traceback(tree: Path) -> None:
    path = tree / "nlu/cure.yml"
    path.write_text(path.read_text() + "- intent: cure\n  metadata: {after: lump}\n")
    assert problems(tree) == ["nlu/cure.yml: metadata: after: lump has no file in responses/; correct its name"]
