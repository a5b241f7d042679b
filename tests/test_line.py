"""The whole line: real HTTP, the real content, and a really trained Rasa."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from ivr.content import Content
from ivr.rasa import Rasa
from tests.caller import Caller


@pytest.fixture
def caller(line: str, new_caller: Callable[..., Caller]) -> Caller:
    caller = new_caller(line)
    caller.dials()
    return caller


def test_the_call_this_line_was_built_for(caller: Caller) -> None:
    caller.presses("2")
    caller.hears_answer("symptoms")
    caller.says("Does the biopsy hurt?")
    caller.hears_answer("biopsy")
    caller.says("How long does it take?")
    assert caller.kind == "refuse", "the leaflet does not say how long a biopsy takes"
    caller.hears_topic("biopsy_how_long")
    caller.says("Sorry, what was that?")
    caller.hears_topic("biopsy_how_long")
    caller.presses("0")
    assert caller.player.ringing
    caller.transfer_ends("completed")
    caller.hears_prompt("completed")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what on earth are these skin metastases they've found on me", "skin_metastases"),
        ("will i go bald from the electric treatment", "ect_hair_loss"),
        ("could i go home the same day after electrochemotherapy or would they keep me in", "ect_hospital_stay"),
        ("is there someone in the same boat i could chat with", "talk_to_others"),
        ("what will they inject for the ct", "ct_dye"),
        ("my chest wall will it go a different colour where they zap it", "ect_skin_colour"),
    ],
)
def test_a_question_in_the_callers_own_words(caller: Caller, question: str, topic: str) -> None:
    caller.says(question)
    caller.hears_answer(topic)


@pytest.mark.parametrize(
    ("keys", "topic"), [("51", "ect_duration"), ("552", "ect_pain"), ("553", "ect_skin_colour"), ("554", "ect_muscle")]
)
def test_how_long_is_understood_by_what_was_heard(caller: Caller, keys: str, topic: str) -> None:
    for key in keys:
        caller.presses(key)
    caller.says("how long does that last")
    caller.hears_answer(topic)


@pytest.mark.parametrize(
    ("keys", "words", "topic"),
    [
        ("54", "and does that leave a mark behind it", "ect_scarring"),
        ("2", "and can it make your arm swell up at all", "lymphoedema"),
    ],
)
def test_words_that_lean_are_read_after_what_was_heard(caller: Caller, keys: str, words: str, topic: str) -> None:
    for key in keys:
        caller.presses(key)
    caller.says(words)
    caller.hears_answer(topic)


@pytest.mark.parametrize(
    ("before", "words", "prompt"),
    [
        ("i am so upset", "my sister reckons i ought to so i suppose i shall", "connecting"),
        ("i am so upset", "i would only get myself upset once more", "staying"),
        ("what should i eat", "i'd sooner ask my own doctor about that", "which_one"),
    ],
)
def test_a_reply_is_read_after_what_was_offered(caller: Caller, before: str, words: str, prompt: str) -> None:
    caller.says(before)
    caller.says(words)
    caller.hears_prompt(prompt)


def test_rasa_tells_what_leans(rasa_url: str) -> None:
    rasa = Rasa(rasa_url)
    assert rasa.parse("and how about on the other side then").leaning > 0.5
    assert rasa.parse("what is electrochemotherapy used for").leaning < 0.3


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("i should like that more than anything", "yes"),
        ("there's a bus to catch so i'll leave it", "no"),
        ("no thanks i shan't be here much longer i've decided", "danger"),
        ("the hospital car park was full again", "neither"),
    ],
)
def test_rasa_tells_what_a_reply_to_an_offer_is(rasa_url: str, words: str, reply: str) -> None:
    rasa = Rasa(rasa_url)
    shares = dict(rasa.parse(f"distress and {words}").reply)
    assert max(shares, key=lambda kind: shares[kind]) == reply
    assert not rasa.parse(words).reply, "nothing was heard before"


def test_how_long_without_a_subject_is_asked_back(caller: Caller, content: Content) -> None:
    caller.says("how long does that last")
    assert caller.kind == "clarify"
    caller.is_offered(*(content.answers[topic].name for topic in content.answers["how_long"].related))
    caller.presses("2")
    caller.hears_answer("ect_duration")


def test_does_it_hurt_is_understood_by_what_was_heard(caller: Caller) -> None:
    for keys, topic in (("31", "biopsy"), ("*32", "ct_scan"), ("*51", "ect_pain")):
        for key in keys:
            caller.presses(key)
        caller.says("and is that painful at all")
        caller.hears_answer(topic)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("could you possibly go a tiny bit slower for me", "control"),
        ("i missed that would you mind repeating it for me", "control"),
        ("thank you my dear that's all i wanted to know bye now", "goodbye"),
        ("is there not a real human being i could have a word with", "transfer"),
        ("i just feel so frightened and alone with all of this", "distress"),
        ("should i stop taking my tamoxifen", "refuse"),
        ("what time is the next train to leeds", "refuse"),
    ],
)
def test_other_turns_get_their_kind_of_reply(caller: Caller, words: str, kind: str) -> None:
    caller.says(words)
    assert caller.kind == kind


def test_key_turns_are_led_by_rasa_too(caller: Caller, rasa_url: str) -> None:
    caller.presses("2")
    tracker = requests.get(f"{rasa_url}/conversations/{caller.player.call}/tracker", timeout=5).json()
    assert tracker["latest_message"]["intent"]["name"] == "symptoms"
    caller.presses("*")
    caller.presses("5")
    caller.presses("1")
    caller.says("how long does that last")
    tracker = requests.get(f"{rasa_url}/conversations/{caller.player.call}/tracker", timeout=5).json()
    assert tracker["slots"]["about"] == "ect"
    assert "how long does that last" not in str(tracker), "Rasa keeps no words of a caller"


def test_every_answer_of_the_model_is_the_one_that_is_asked_for(rasa_url: str, content: Content) -> None:
    rasa = Rasa(rasa_url)
    for topic, answer in content.answers.items():
        if answer.kind == "answer":
            assert rasa.lead("CAtest", topic, "nothing") == topic


def test_the_model_and_the_content_agree(line: str) -> None:
    report = requests.get(f"{line}/health/ready", timeout=10).json()
    assert (report["status"], report["rasa"]) == ("ok", "up")
    assert not [warning for warning in report["warnings"] if "model" in warning]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's list of sockets")
def test_rasa_listens_on_this_machine_alone(rasa_url: str) -> None:
    port = int(rasa_url.rsplit(":", 1)[1])
    listening = [
        row.split()[1]
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if row.split()[3] == "0A" and row.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]
