"""`ivr review`: an editor walks through kept questions, and what they choose becomes phrasings and nothing else."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from ivr import phrasings, yaml_file
from ivr.cli import main
from ivr.content import Content
from ivr.database import connect, migrate, questions, today
from ivr.review_command import CannotMeasure, Workshop
from ivr.yaml_file import ContentError
from tests.conftest import ROOT
from tests.fakes import FakeRasa

MARK, SLEEP, MUDDLE = "will the zapping leave a mark", "do they put you to sleep for it", "my [...] has a lump"


@dataclass
class Bench(Workshop):
    """Keeps what would be run; ``fails`` names a measurement that fails."""

    ran: list[str] = field(default_factory=list)
    fails: str = ""

    def measure(self, name: str) -> None:
        state = "written" if MARK in (self.root / "nlu/ect_scarring.yml").read_text() else "unwritten"
        self.ran.append(f"{name}, {state}")
        if name == self.fails:
            raise CannotMeasure("make score")

    def compare(self) -> None:
        self.ran.append("compare")


@pytest.fixture
def bench(house: Path, rasa: FakeRasa) -> Bench:
    """Return a checkout whose nlu/ may be written to."""
    shutil.copytree(ROOT / "nlu", house / "nlu")
    (house / "tests").mkdir()
    shutil.copytree(ROOT / "tests/questions", house / "tests/questions")
    rasa.understands[MARK] = [("nlu_fallback", 0.4), ("ect_redness", 0.3), ("ect_scarring", 0.2)]
    return Bench(house, rasa)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Return the address of a database in which three questions are kept, one of them asked twice."""
    address = f"sqlite:///{tmp_path}/kept.db"
    engine = connect(address)
    migrate(engine)
    mark = {"words": MARK, "why": "not_understood", "got": "", "heard": ""}
    sleep = {"words": SLEEP, "why": "corrected", "got": "biopsy", "heard": "ect"}
    muddle = {"words": MUDDLE, "why": "corrected", "got": "lumps tests", "heard": ""}
    with engine.begin() as connection:
        connection.execute(insert(questions), [{"at": today(), **row} for row in (mark, mark, sleep, muddle)])
    return address


def review(bench: Bench, database: str, typed: str, *options: str) -> tuple[str, int]:
    result = CliRunner().invoke(main, ["review", *options], input=typed, obj=bench, env={"DATABASE_URL": database})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.output, result.exit_code


def left(database: str) -> list[str]:
    with connect(database).connect() as connection:
        return sorted(connection.execute(select(questions.c.words)).scalars())


def changed(bench: Bench) -> dict[str, list[str]]:
    """Return the lines that each file of nlu/ has more than before; nothing else may differ."""
    lines = {}
    for path in sorted((bench.root / "nlu").glob("*.yml")):
        before = (ROOT / "nlu" / path.name).read_text().splitlines()
        after = path.read_text().splitlines()
        if before != after:
            new = [line for line in after if line not in before]
            assert [line for line in after if line not in new] == before, f"{path.name}: more than lines was changed"
            lines[path.stem] = [line.strip() for line in new]
    assert not list((bench.root / "nlu").glob("*.new"))
    return lines


def test_a_chosen_question_becomes_a_phrasing_with_the_score_around_it(
    bench: Bench, database: str, content: Content
) -> None:
    said, code = review(bench, database, "2\n\nd\ns\n\n")
    assert code == 0, said
    assert f"1 of 3, 2 times: {MARK}" in said
    assert f"2  {content.answers['ect_scarring'].name} (ect_scarring), 20%" in said
    assert f"the caller said no to: {content.answers['lumps'].name} or {content.answers['tests'].name}" in said
    assert f"said after: {content.answers['ect'].name}" in said
    assert changed(bench) == {"ect_scarring": [f"- {MARK}"]}
    assert bench.ran == ["before, unwritten", "after, written", "compare"]
    assert "1 written, 1 deleted, the rest is kept for later." in said
    assert len(left(database)) == 1


def test_it_is_written_among_the_topics_own_phrasings(bench: Bench, database: str) -> None:
    review(bench, database, "2\n\ns\ns\n\n", "--no-score")
    blocks = yaml_file.read(bench.root / "nlu/ect_scarring.yml")["nlu"]
    [plain] = [block for block in blocks if not block.get("metadata")]
    assert plain["examples"].splitlines()[-1] == f"- {MARK}"
    assert not bench.ran


def test_a_question_that_leans_on_what_was_heard_is_written_as_a_follow_up(bench: Bench, database: str) -> None:
    review(bench, database, "s\nect_anaesthetic\n\ny\nq\n\n", "--no-score")
    assert "- ect and do they put you to sleep for it" in changed(bench)["ect_anaesthetic"]
    blocks = yaml_file.read(bench.root / "nlu/ect_anaesthetic.yml")["nlu"]
    [after] = [block for block in blocks if (block.get("metadata") or {}).get("after") == "ect"]
    assert "- ect and do they put you to sleep for it" in after["examples"].splitlines()


def test_words_may_be_put_better_and_gaps_must_be(bench: Bench, database: str) -> None:
    said, _ = review(bench, database, "s\ns\nlumps\n\nMy Arm has a lump!\n\n", "--no-score")
    assert "Put everyday words into the gaps" in said
    assert changed(bench) == {"lumps": ["- my arm has a lump"]}


def test_what_is_measured_with_is_not_learnt(bench: Bench, database: str) -> None:
    row = (ROOT / "tests/questions/dev.tsv").read_text().splitlines()[1].split("\t")[3]
    said, _ = review(bench, database, f"2\n{row}\n-\nq\n", "--no-score")
    assert "the line must not learn them" in said
    assert changed(bench) == {}


def test_what_is_known_is_not_written_twice(bench: Bench, database: str) -> None:
    said, _ = review(bench, database, "2\npunch biopsy\n-\nq\n", "--no-score")
    assert "nlu/biopsy.yml has these words already" in said
    assert changed(bench) == {}


def test_the_same_words_are_not_chosen_for_two_topics(bench: Bench, database: str) -> None:
    said, _ = review(bench, database, f"2\n\nlumps\n{MARK}\n-\nq\n\n", "--no-score")
    assert "You chose these words for ect_scarring just now" in said
    assert changed(bench) == {"ect_scarring": [f"- {MARK}"]}


def test_a_topic_without_phrasings_cannot_be_chosen(bench: Bench, database: str) -> None:
    said, _ = review(bench, database, "not_understood\nq\n", "--no-score")
    assert "There is no topic not_understood" in said


def test_deleted_questions_are_gone_even_if_writing_fails(bench: Bench, database: str) -> None:
    bench.fails = "before"
    review(bench, database, "d\nlumps\n\nn\nq\n\n")
    assert left(database) == sorted([SLEEP, MUDDLE])


def test_an_unknown_topic_lists_them(bench: Bench, database: str, content: Content) -> None:
    said, _ = review(bench, database, "scars\n7\n?\nq\n", "--no-score")
    assert said.count(f"  ect_scarring: {content.answers['ect_scarring'].name}") == 3
    assert "There is no topic scars." in said


@pytest.mark.parametrize("typed", ["q\n", "", "2\n\n", "2\n\ns\ns\nn\n"])
def test_nothing_is_written_or_forgotten_without_a_yes(typed: str, bench: Bench, database: str) -> None:
    review(bench, database, typed, "--no-score")
    assert changed(bench) == {}
    assert len(left(database)) == 4


def test_who_ends_early_keeps_what_was_deleted_before(bench: Bench, database: str) -> None:
    review(bench, database, "d\nq\n")
    assert left(database) == sorted([SLEEP, MUDDLE])


def test_without_rasa_topics_are_named_by_hand(bench: Bench, database: str, rasa: FakeRasa) -> None:
    rasa.is_down = True
    said, _ = review(bench, database, "ect_scarring\n\nq\n\n", "--no-score")
    assert "make run starts it" in said
    assert changed(bench) == {"ect_scarring": [f"- {MARK}"]}


def test_a_score_that_fails_before_leaves_everything(bench: Bench, database: str) -> None:
    bench.fails = "before"
    said, code = review(bench, database, "2\n\nq\n\n")
    assert code == 1
    assert "`make score` failed, so nothing was written" in said
    assert changed(bench) == {}
    assert len(left(database)) == 4


def test_a_score_that_fails_after_says_that_they_are_written(bench: Bench, database: str) -> None:
    bench.fails = "after"
    said, code = review(bench, database, "2\n\nq\n\n")
    assert code == 1
    assert "The phrasings are written, but `make score` failed" in said
    assert changed(bench) == {"ect_scarring": [f"- {MARK}"]}
    assert MARK not in left(database)


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_forgotten(bench: Bench, database: str) -> None:
    path = bench.root / "nlu/ect_scarring.yml"
    path.write_text(path.read_text().replace("nlu:\n", "nlu: [\n"))
    said, code = review(bench, database, "2\n\nq\n\n", "--no-score")
    assert code == 1
    assert "nlu/ect_scarring.yml" in said
    assert len(left(database)) == 4


def test_no_questions_is_no_fault(bench: Bench, tmp_path: Path) -> None:
    said, code = review(bench, f"sqlite:///{tmp_path}/empty.db", "")
    assert code == 0
    assert "No questions are kept. KEEP_UNANSWERED is not set here" in said


# The file itself.

ODD = """\
# Why this topic is here.
intents:
- odd

rules:  # one
- rule: odd
  steps:
  - intent: odd
  - action: utter_odd

nlu:
# plain ones
- intent: odd
  examples: |
    - one

    - two   # not a comment, as Rasa reads it

# said after it
- intent: odd
  metadata: {after: lumps}
  examples: |
    - lumps and three
- intent: other
  examples: |
    - of another
# the end
"""


@pytest.mark.parametrize(
    ("after", "behind", "line"),
    [
        ("", "    - two   # not a comment, as Rasa reads it\n", "    - four\n"),
        ("lumps", "    - lumps and three\n", "    - lumps and four\n"),
        (
            "ect_pain",
            "    - lumps and three\n",
            "- intent: odd\n  metadata: {after: ect_pain}\n  examples: |\n    - ect pain and four\n",
        ),
    ],
)
def test_comments_order_and_blanks_stay(after: str, behind: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yml"
    path.write_text(ODD)
    phrasings.add(path, "four", after)
    assert path.read_text() == ODD.replace(behind, behind + line)
    yaml_file.read(path)


@pytest.mark.parametrize(
    "text", ["nlu: []\n", "", "intents: [odd]\n", "nlu:\n- intent: odd\n  examples: [a]\n", "- a\n"]
)
def test_a_file_of_another_shape_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.yml"
    path.write_text(text)
    with pytest.raises(ContentError, match="write the first by hand"):
        phrasings.add(path, "four")
    assert path.read_text() == text


@pytest.mark.parametrize("after", ["", "biopsy", "ect"])
def test_every_topic_takes_one_more(after: str) -> None:
    for path in sorted((ROOT / "nlu").glob("[!_]*.yml")):
        before = path.read_text().splitlines()
        now = phrasings.with_phrasing(path, "zyzzyva", after).splitlines()
        more = len(now) - len(before)
        assert more in (1, 4)
        assert sum(line.endswith("zyzzyva") for line in now) == 1
        assert any(now[:n] + now[n + more :] == before for n in range(len(before) + 1)), f"{path.name}: others changed"
