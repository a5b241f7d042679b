"""Questions that found no answer: which are kept, what is taken out, for how long, and what callers are told."""

import datetime
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from ivr import create_app
from ivr.call_log import CallLog
from ivr.cli import main
from ivr.content import Content
from ivr.database import connect, migrate, now, questions, today, turns
from ivr.redaction import Redaction, spread
from ivr.settings import Settings, SettingsError, read
from ivr.state import State
from ivr.turn import Turn
from ivr.unanswered import Unanswered
from scoring.line import served
from tests.caller import Caller
from tests.conftest import ROOT
from tests.fakes import FakeRasa

SURE = [("biopsy", 0.9), ("ct_scan", 0.03), ("tests", 0.02)]
Dial = Callable[[], Caller]
ORDINARY = {
    *(
        "ball",
        "barber",
        "bath",
        "bell",
        "bird",
        "black",
        "brown",
        "burns",
        "charity",
        "comfort",
        "cook",
        "cross",
        "date",
    ),
    *("day", "deep", "doctor", "farmer", "field", "forum", "green", "hall", "hope", "june", "lad", "law", "little"),
    *("long", "lord", "mark", "may", "miles", "more", "north", "page", "pal", "patience", "peace", "power", "price"),
    *(
        "ray",
        "read",
        "rice",
        "s",
        "sharp",
        "short",
        "smart",
        "stone",
        "tak",
        "wall",
        "ward",
        "white",
        "winter",
        "wood",
        "young",
    ),
}
"""Names that are everyday words as well: they stay, and README says so."""


@pytest.fixture(scope="session")
def redaction() -> Redaction:
    return Redaction(spread(ROOT / "nlu"))


def settings(folder: Path, days: int | None = 30) -> Settings:
    return Settings(secret_key="s", database_url=f"sqlite:///{folder}/calls.db", keep_unanswered=days, root=ROOT)


@contextmanager
def keeping(folder: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], days: int | None = 30) -> Iterator[Dial]:
    """Serve a line that keeps questions in ``folder``; everything is written when it ends."""
    app = create_app(settings(folder, days), rasa)
    with served(app) as address:

        def dial() -> Caller:
            caller = new_caller(address)
            caller.dials()
            return caller

        yield dial
    for log in app.extensions["call logs"]:
        log.close()


def kept(folder: Path) -> list[dict[str, Any]]:
    with connect(f"sqlite:///{folder}/calls.db").connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(questions).order_by(questions.c.id))]


def test_words_nobody_could_place_are_kept_without_what_names_anybody(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    with keeping(tmp_path, rasa, new_caller) as dial:
        caller = dial()
        caller.says("My name is Zeldwyn Quackenbush, will the zapping leave a mark on my chest?")
        assert caller.kind == "rephrase"
    [question] = kept(tmp_path)
    assert question["words"] == "my name is [...] will the zapping leave a mark on my chest"
    assert (question["why"], question["got"], question["heard"]) == ("not_understood", "", "")
    assert question["at"] == now().replace(hour=0, minute=0)
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"zapping" in data
    assert b"uackenbush" not in data
    assert caller.player.call.encode() not in data


def test_an_answer_the_caller_says_no_to_is_kept_with_what_it_was(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    rasa.understands["do they put you to sleep for it"] = SURE
    with keeping(tmp_path, rasa, new_caller) as dial:
        caller = dial()
        caller.presses("2")
        caller.says("do they put you to sleep for it")
        caller.hears_answer("biopsy")
        caller.says("no that's not it")
    [question] = kept(tmp_path)
    assert (question["words"], question["why"]) == ("do they put you to sleep for it", "corrected")
    assert (question["got"], question["heard"]) == ("biopsy", "symptoms")


def test_a_choice_that_fits_neither_way_is_kept_with_both(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    rasa.understands["does it leave a mark"] = [("nlu_fallback", 0.5), ("biopsy", 0.45), ("ct_scan", 0.3)]
    with keeping(tmp_path, rasa, new_caller) as dial:
        caller = dial()
        caller.says("does it leave a mark")
        assert caller.kind == "clarify"
        caller.says("neither")
    [question] = kept(tmp_path)
    assert (question["got"], question["why"]) == ("biopsy ct_scan", "corrected")


@pytest.mark.parametrize(
    "script",
    [
        ["say it is understood"],
        ["say it is understood", "press 1", "no"],
        ["say it is understood", "", "no"],
        ["she can't breathe"],
        ["biopsy please", "no that's not it"],
        ["no"],
        ["say it is understood", "no thank you"],
        ["say it is understood", "nope"],
        ["press 2", "no that's not it"],
        ["press 2", "lumps in the skin", "no that's not it"],
        ["repeat"],
        ["i want to speak to someone"],
        ["um"],
        ["flugelbinder marzipanology"],
    ],
    ids=" - ".join,
)
def test_nothing_else_is_kept(
    script: list[str], tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    rasa.understands |= {"say it is understood": SURE, "biopsy please": [("outside_leaflet", 0.9)]}
    with keeping(tmp_path, rasa, new_caller) as dial:
        caller = dial()
        for what in script:
            if what.startswith("press "):
                caller.presses(what[-1])
            elif what:
                caller.says(what)
            else:
                caller.stays_silent()
    assert kept(tmp_path) == []


def test_two_calls_at_once_are_not_taken_for_one(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    rasa.understands["is it sore afterwards"] = SURE
    with keeping(tmp_path, rasa, new_caller) as dial:
        asks, refuses = dial(), dial()
        asks.says("is it sore afterwards")
        refuses.says("no that's not it")
    assert kept(tmp_path) == []


def test_off_is_the_default_and_harms_nothing_that_another_line_keeps(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], content: Content
) -> None:
    with keeping(tmp_path, rasa, new_caller) as dial:
        dial().says("will the zapping leave a mark")
    with keeping(tmp_path, rasa, new_caller, days=None) as dial:
        caller = dial()
        caller.hears(content.phone.notice)
        caller.says("will the zapping leave a mark on me")
    assert [question["words"] for question in kept(tmp_path)] == ["will the zapping leave a mark"]


def test_no_days_keep_none_and_delete_what_was_kept(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], content: Content
) -> None:
    with keeping(tmp_path, rasa, new_caller) as dial:
        dial().says("will the zapping leave a mark")
    assert kept(tmp_path)
    with keeping(tmp_path, rasa, new_caller, days=0) as dial:
        caller = dial()
        caller.hears(content.phone.notice)
        caller.says("will the zapping leave a mark")
    assert kept(tmp_path) == []


def test_a_question_is_forgotten_after_its_days_and_calls_are_not(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/calls.db")
    migrate(engine)
    old, young = (now() - datetime.timedelta(days=days) for days in (31, 29))
    row = {"words": "is it", "why": "corrected", "got": "", "heard": ""}
    turn = {"call": "c", "how": "key", "kind": "menu", "topic": "", "sureness": "none", "milliseconds": 0}
    with engine.begin() as connection:
        connection.execute(insert(questions), [{"at": old, **row}, {"at": young, **row}])
        connection.execute(insert(turns), [{"at": old, **turn}])
    log = CallLog(settings(tmp_path))
    log.close()
    assert [question["at"] for question in kept(tmp_path)] == [young]
    with engine.connect() as connection:
        assert len(connection.execute(select(turns)).all()) == 1


def test_an_operator_can_delete_them_all_and_no_call(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/calls.db"
    engine = connect(address)
    migrate(engine)
    turn = {"call": "c", "how": "key", "kind": "menu", "topic": "", "sureness": "none", "milliseconds": 0}
    row = {"words": "is it", "why": "corrected", "got": "", "heard": ""}
    with engine.begin() as connection:
        connection.execute(insert(questions), [{"at": today(), **row}, {"at": today(), **row}])
        connection.execute(insert(turns), [{"at": now(), **turn}])
    said = CliRunner().invoke(main, ["forget", "--questions"], env={"DATABASE_URL": address})
    assert "2 questions are deleted" in said.output
    assert kept(tmp_path) == []
    with engine.connect() as connection:
        assert len(connection.execute(select(turns)).all()) == 1


def test_their_ids_tell_no_order(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/calls.db")
    migrate(engine)
    rows = [{"at": today(), "words": str(n), "why": "corrected", "got": "", "heard": ""} for n in range(20)]
    with engine.begin() as connection:
        connection.execute(insert(questions), rows)
    assert [int(question["words"]) for question in kept(tmp_path)] != list(range(20))


def test_no_name_that_callers_may_have_is_everybodys(redaction: Redaction) -> None:
    """Faker's first and last names of some of the peoples who call; words that are names and more are in the list."""
    from faker.providers.person import en_GB, en_IN, en_NG, pl_PL, pt_PT

    names = set()
    for provider in (en_GB.Provider, en_IN.Provider, en_NG.Provider, pl_PL.Provider, pt_PT.Provider):
        for group in ("first_names", "last_names", "first_names_female", "first_names_male"):
            names |= {name.lower() for name in getattr(provider, group, ()) if name.isascii() and name.isalpha()}
    assert len(names) > 1500
    stays = {name for name in names if redaction.redacted(f"does it {name} hurt") == f"does it {name} hurt"}
    assert stays <= ORDINARY, sorted(stays - ORDINARY)


def test_callers_are_told_in_the_greeting_and_on_asking(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], content: Content
) -> None:
    with keeping(tmp_path, rasa, new_caller) as dial:
        caller = dial()
        caller.hears(content.phone.words_kept.notice)
        assert content.phone.notice not in caller.last_words
        caller.says("privacy")
        caller.hears(content.phone.words_kept.privacy.format(days=30))
        assert content.phone.additions["words"] not in caller.last_words


def test_a_line_that_keeps_none_says_so(caller: Caller, content: Content) -> None:
    caller.hears(content.phone.notice)
    caller.says("privacy")
    caller.hears(content.phone.additions["words"])


def test_a_fault_in_keeping_harms_no_call_and_quotes_nothing(
    caplog: pytest.LogCaptureFixture, redaction: Redaction, content: Content
) -> None:
    def fail(*_: object, **row: object) -> None:
        raise RuntimeError(row["words"])

    rephrase = Turn(reply(kind="rephrase"), State("CA1"))
    with caplog.at_level(logging.DEBUG):
        Unanswered(fail, redaction).turn(State("CA1"), "will it leave a mark", rephrase)
    assert "a question could not be kept: RuntimeError" in caplog.text
    assert "mark" not in caplog.text


def reply(kind: Any) -> Any:
    from ivr.reply import Reply

    return Reply(kind, ())


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (
            "I'm Margaret of 12 Acacia Road, does it leave a scar?",
            "i'm [...] of [number] [...] road does it leave a scar",
        ),
        ("hello this is mark from leeds will it hurt my chest", "hello this is [...] from [...] will it hurt my chest"),
        ("nurse bell said to ring you about the electrodes", "nurse [...] said to ring you about the electrodes"),
        ("the doctor said i might need two sessions", "the doctor said i might need two sessions"),
        ("does mr young do it at night", "does mr [...] do it at night"),
        ("you can ring me on oh seven seven double four one two", "you can ring me on [number]"),
        ("i was born on the 4th of may 1953 can i have it", "i was born on the [number] of may [number] can i have it"),
        ("email me at jo@example.org about the scan", "email me at [...] about the scan"),
        ("brenda okafor from glasgow wants to know about it", "[...] from [...] wants to know about it"),
        ("i'm penny and i have lumps", "i'm [...] and i have lumps"),
        ("my maureen has it on her back", "my [...] has it on her back"),
        ("Zeldwyn Quackenbush", ""),
        ("it", ""),
    ],
)
def test_only_everybodys_words_are_left(said: str, left: str, redaction: Redaction) -> None:
    assert redaction.redacted(said) == left


def test_a_word_of_few_topics_may_be_a_name(tmp_path: Path) -> None:
    for number in range(4):
        name = " zeldwyn" if number < 2 else ""
        (tmp_path / f"t{number}.yml").write_text(f"nlu:\n- intent: t\n  examples: |\n    - does{name} it hurt\n")
    assert Redaction(spread(tmp_path)).redacted("does zeldwyn it hurt") == "does [...] it hurt"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"KEEP_UNANSWERED": "yes"}, "KEEP_UNANSWERED is 'yes'"),
        ({"KEEP_UNANSWERED": "91"}, "90 at most"),
        ({"KEEP_UNANSWERED": "-1"}, "KEEP_UNANSWERED is '-1'"),
        ({"KEEP_UNANSWERED": "30", "DATABASE_URL": "off"}, "nowhere to keep"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=named):
        read(environ, tmp_path)


def test_the_setting_is_read(tmp_path: Path) -> None:
    assert read({"KEEP_UNANSWERED": "30"}, tmp_path).keep_unanswered == 30
    assert read({"KEEP_UNANSWERED": "0"}, tmp_path).keep_unanswered == 0
    assert read({}, tmp_path).keep_unanswered is None
