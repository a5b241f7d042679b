"""Calls as transcripts, with a Rasa that understands just what each test taught it."""

import datetime
import json
from collections.abc import Callable

import pytest

from ivr.content import Content
from ivr.hours import parse
from ivr.settings import Settings
from ivr.thresholds import read_thresholds
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, served
from tests.fakes import FakeRasa
from tests.twiml_lint import HELPLINE


def names(content: Content, *topics: str) -> list[str]:
    return [content.answers[topic].name for topic in topics]


def test_a_call_begins_with_the_greeting_and_the_menu(caller: Caller, content: Content) -> None:
    assert caller.kind == "menu"
    caller.hears(content.phone.greeting, content.phone.notice)
    caller.is_offered(*(item.say for item in content.phone.menu))


def test_a_key_gives_its_answer_and_related_topics(caller: Caller, content: Content) -> None:
    caller.presses("2")
    assert caller.kind == "answer"
    caller.hears_answer("symptoms")
    caller.is_offered(*names(content, *content.answers["symptoms"].related))


def test_a_related_topic_is_one_key_away(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.presses("1")
    caller.hears_answer(content.answers["symptoms"].related[0])


def test_a_relay_assistant_reads_out_a_question(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["does the scan hurt"] = "ct_scan"
    caller.says("this is a relay call the caller has typed does the scan hurt go ahead")
    caller.hears_answer("ct_scan")
    caller.says("relay assistant, the caller types she can't breathe, go ahead")
    assert caller.kind == "emergency"


def test_menus_lead_to_menus_and_answers(caller: Caller, content: Content) -> None:
    caller.presses("5")
    assert caller.kind == "menu"
    caller.is_offered(*(item.say for item in content.phone.menu[4].menu))
    caller.presses("3")
    caller.presses("4")
    caller.hears_answer("ect_duration")


def test_every_answer_is_reached_by_its_question(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    for topic, answer in content.answers.items():
        if answer.kind == "answer":
            rasa.understands["that one"] = topic
            caller.says("that one")
            caller.hears_answer(topic)


def test_rasa_leads_and_is_told_what_it_is_about(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["and how long"] = "how_long"
    rasa.leads["how_long", "ect"] = "ect_duration"
    caller.presses("5")
    caller.presses("1")
    caller.says("and how long")
    caller.hears_answer("ect_duration")
    assert rasa.asked[-1] == (caller.player.call, "how_long", "ect")
    caller.presses("*")
    caller.says("and how long")
    assert rasa.asked[-1][2] == "nothing"
    assert caller.kind == "clarify"


@pytest.mark.parametrize("words", ["Press two.", "2", "option two", "two", "symptoms", "Symptoms."])
def test_a_choice_can_be_spoken(caller: Caller, words: str) -> None:
    caller.says(words)
    caller.hears_answer("symptoms")


def test_more_goes_through_the_parts_and_says_when_it_ends(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.hears_prompt("more")
    caller.presses("9")
    caller.hears_answer("symptoms", part=1)
    caller.hears(content.phone.additions["treatment_line"])
    caller.says("more")
    caller.hears_prompt("no_more")


def test_more_in_a_menu_is_something_else(caller: Caller, content: Content) -> None:
    caller.presses("9")
    caller.is_offered(*(item.say for item in content.phone.menu[-1].menu))


@pytest.mark.parametrize("said", ["#", "Sorry, what was that?", "say that again", "pardon"])
def test_repeat_says_the_same_again_without_rasa(caller: Caller, rasa: FakeRasa, said: str) -> None:
    caller.presses("2")
    rasa.is_down = True
    caller.presses(said) if said == "#" else caller.says(said)
    assert caller.kind == "control"
    caller.hears_answer("symptoms")


def test_slower_lasts_until_normal_speed(caller: Caller, content: Content) -> None:
    voice = content.phone.voice
    caller.presses("7")
    caller.hears_prompt("slower")
    caller.presses("2")
    assert f'<prosody rate="{voice.slow_rate}">' in caller.player.documents[-1]
    assert f'<prosody rate="{voice.rate}">' not in caller.player.documents[-1]
    caller.says("normal speed")
    caller.hears_prompt("normal_speed")
    caller.hears_topic("symptoms")
    assert f'<prosody rate="{voice.rate}">' in caller.player.documents[-1]


def test_back_retraces_the_steps(caller: Caller) -> None:
    caller.presses("2")
    caller.presses("1")
    caller.presses("8")
    caller.hears_topic("symptoms")
    caller.says("go back")
    caller.hears_prompt("main_menu")
    caller.presses("8")
    caller.hears_prompt("first_place")


def test_star_is_the_main_menu_everywhere(caller: Caller) -> None:
    for keys in ("2", "53", "9"):
        for key in keys:
            caller.presses(key)
        caller.presses("*")
        assert caller.kind == "menu"
        caller.hears_prompt("main_menu")


def test_a_key_with_nothing_on_it_says_so_and_offers_the_same_again(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.presses("6")
    caller.hears_prompt("no_such_key")
    caller.is_offered(*names(content, *content.answers["symptoms"].related))
    caller.presses("1")
    caller.hears_answer(content.answers["symptoms"].related[0])


def test_after_words_about_the_line_the_way_on_is_said(caller: Caller, content: Content) -> None:
    caller.says("privacy")
    assert caller.kind == "about"
    caller.hears_prompt("what_next")
    caller.presses("5")
    caller.hears_prompt("no_such_key")
    caller.is_offered(*(item.say for item in content.phone.menu))


def test_wait_holds_for_a_minute_and_loses_nothing(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.says("hold on")
    caller.hears_topic("wait")
    assert caller.player.waiting
    assert caller.player.waiting.timeout == content.phone.listening.wait_timeout
    caller.presses("1")
    caller.hears_answer(content.answers["symptoms"].related[0])


def test_of_two_commands_that_may_be_meant_the_likelier_is_obeyed(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["do you ever draw breath"] = [("nlu_fallback", 0.5), ("slower", 0.45), ("normal_speed", 0.4)]
    caller.presses("2")
    caller.says("do you ever draw breath")
    caller.hears_prompt("slower")
    assert caller.topic == "symptoms"


@pytest.mark.parametrize("meant", ["nlu_fallback", "off_topic"])
def test_who_comes_back_hears_again_what_was_said(caller: Caller, rasa: FakeRasa, meant: str) -> None:
    back = "that was only the postman"
    rasa.understands[back] = [(meant, 0.5), ("lumps", 0.002)]
    caller.presses("2")
    caller.says("hold on")
    caller.stays_silent()
    caller.says(back)
    caller.hears_answer("symptoms")
    caller.says(back)
    assert caller.kind in ("rephrase", "refuse"), "only who was waited for comes back"


def test_a_command_is_known_by_its_sound(caller: Caller) -> None:
    caller.says("hole don")
    caller.hears_topic("wait")
    caller.says("mane menu")
    assert caller.kind == "menu"


def test_okay_to_take_your_time_rings_nobody(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["i am so upset"] = "distress"
    caller.says("i am so upset")
    for words in ("hold on", "okay", "okay"):
        caller.says(words)
        assert not caller.player.ringing


def test_goodbye_is_said_before_the_line_hangs_up(caller: Caller) -> None:
    caller.says("goodbye")
    assert caller.kind == "goodbye"
    caller.hears_topic("goodbye")
    assert caller.player.ending == "hung up by the line"


# A person.


@pytest.mark.parametrize("ask", ["0", "I want to speak to someone.", "helpline", "put me through"])
def test_a_person_is_rung_as_us_after_saying_so(caller: Caller, rasa: FakeRasa, ask: str) -> None:
    rasa.is_down = True
    caller.presses(ask) if ask == "0" else caller.says(ask)
    assert caller.kind == "transfer"
    caller.hears_prompt("connecting")
    assert caller.player.ringing
    assert (caller.player.ringing.number, caller.player.ringing.caller_id) == (HELPLINE, caller.player.line)


@pytest.mark.parametrize("keys", ["", "2", "29", "53", "21", "#", "7", "8", "6", "22"])
def test_zero_works_in_every_state(caller: Caller, keys: str) -> None:
    for key in keys:
        caller.presses(key)
    caller.presses("0")
    assert caller.player.ringing


@pytest.mark.parametrize(
    ("outcome", "prompt"),
    [
        ("completed", "completed"),
        ("busy", "busy"),
        ("no-answer", "no_answer"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_every_end_of_a_transfer_is_spoken_and_the_call_goes_on(caller: Caller, outcome: str, prompt: str) -> None:
    caller.presses("0")
    caller.transfer_ends(outcome)  # type: ignore[arg-type]
    assert caller.kind == "transfer"
    caller.hears_prompt(prompt)
    caller.says("what was that")
    assert not caller.player.ringing, "repeating must not ring again"
    caller.presses("2")
    caller.hears_answer("symptoms")


NIGHT = datetime.datetime(2026, 11, 23, 22, tzinfo=datetime.UTC)
DAY = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
SETTINGS = Settings(secret_key="s", root=ROOT, openings=tuple(parse("Mon-Fri 09:00-16:00")), nation="Scotland")


def test_an_open_helpline_is_rung_and_a_closed_one_says_when_it_opens(
    new_caller: Callable[..., Caller], content: Content
) -> None:
    with served(SETTINGS, FakeRasa(), lambda: DAY) as address:
        caller = new_caller(address)
        caller.dials()
        caller.presses("0")
        assert caller.player.ringing
    with served(SETTINGS, FakeRasa(), lambda: NIGHT) as address:
        caller = new_caller(address)
        caller.dials()
        caller.presses("0")
        assert caller.kind == "transfer"
        assert not caller.player.ringing
        caller.hears("It opens tomorrow at 9 in the morning.", content.hours.alternatives)
        assert caller.last_words.count("0808 800 6000") == 2
        caller.presses("#")
        caller.hears("It opens tomorrow at 9 in the morning.")
        caller.presses("2")
        caller.hears_answer("symptoms")


def test_a_silent_caller_of_a_closed_helpline_hears_the_number_and_a_goodbye(
    new_caller: Callable[..., Caller],
) -> None:
    with served(SETTINGS, FakeRasa(), lambda: NIGHT) as address:
        caller = new_caller(address)
        caller.dials()
        for _ in range(8):
            caller.stays_silent()
        caller.hears_prompt("tired_of_trying")
        assert caller.player.ending == "hung up by the line"


def test_the_opening_hours_are_told_and_never_invented(new_caller: Callable[..., Caller]) -> None:
    for settings, words in (
        (SETTINGS, "The Helpline is closed now. It opens tomorrow at 9 in the morning."),
        (Settings(secret_key="s", root=ROOT), "I do not have the Helpline's opening hours."),
    ):
        rasa = FakeRasa()
        rasa.understands["when are you open"] = "helpline_hours"
        with served(settings, rasa, lambda: NIGHT) as address:
            caller = new_caller(address)
            caller.dials()
            caller.says("when are you open")
            assert caller.kind == "about"
            caller.hears(words)


@pytest.mark.parametrize(
    ("nation", "words"),
    [
        ("", "call 111, or in Northern Ireland your GP out-of-hours service"),
        ("Scotland", "call 111."),
        ("Northern Ireland", "call your GP out-of-hours service."),
    ],
)
def test_where_to_call_when_unwell_depends_on_the_nation(
    new_caller: Callable[..., Caller], nation: str, words: str
) -> None:
    with served(Settings(secret_key="s", root=ROOT, nation=nation), FakeRasa()) as address:
        caller = new_caller(address)
        caller.dials()
        caller.says("i'm on chemo and i can't stop shivering")
        assert caller.kind == "emergency"
        caller.hears(words)


def test_a_relay_assistant_is_waited_for(caller: Caller, content: Content) -> None:
    caller.says("Please hold for an operator-assisted call.")
    caller.hears_topic("relay")
    assert caller.player.waiting
    assert caller.player.waiting.timeout == content.phone.listening.wait_timeout


# Silence, and words nobody can place.


def test_silence_brings_three_prompts_and_then_a_person(caller: Caller) -> None:
    for index in range(3):
        caller.stays_silent()
        assert caller.kind == "silence"
        caller.hears_prompt("silence", index)
    caller.stays_silent()
    assert caller.player.ringing


def test_silence_after_a_failed_transfer_ends_with_the_number_and_a_goodbye(caller: Caller) -> None:
    for _ in range(4):
        caller.stays_silent()
    caller.transfer_ends("no-answer")
    for _ in range(4):
        caller.stays_silent()
    assert caller.kind == "goodbye"
    caller.hears_prompt("tired_of_trying")
    assert caller.player.ending == "hung up by the line"


def test_words_nobody_can_place_bring_three_prompts_and_then_a_person(caller: Caller) -> None:
    for index in range(3):
        caller.says("flibberti gibbet")
        assert caller.kind == "rephrase"
        caller.hears_prompt("no_match", index)
    caller.says("flibberti gibbet")
    assert caller.player.ringing


def test_yes_to_the_third_prompt_is_a_person(caller: Caller) -> None:
    for _ in range(3):
        caller.says("flibberti gibbet")
    caller.says("Yes please.")
    assert caller.player.ringing


def test_being_understood_starts_the_count_anew(caller: Caller) -> None:
    for _ in range(2):
        caller.says("flibberti gibbet")
        caller.stays_silent()
    caller.presses("2")
    caller.says("flibberti gibbet")
    caller.hears_prompt("no_match", 0)
    caller.stays_silent()
    caller.hears_prompt("silence", 0)


def test_keys_mean_the_same_after_a_prompt_of_silence(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.stays_silent()
    caller.is_offered(*names(content, *content.answers["symptoms"].related))
    caller.presses("1")
    caller.hears_answer(content.answers["symptoms"].related[0])


# In doubt.


def test_in_doubt_the_caller_chooses_between_two(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    rasa.understands["the thing"] = [("nlu_fallback", 0.5), ("biopsy", 0.4), ("ct_scan", 0.3), ("cure", 0.01)]
    for reply, topic in (("2", "ct_scan"), ("the first one", "biopsy"), ("the punch biopsy", "biopsy")):
        caller.presses("*")
        caller.says("the thing")
        assert (caller.kind, caller.topic) == ("clarify", "biopsy")
        caller.is_offered(*names(content, "biopsy", "ct_scan"))
        caller.presses(reply) if reply == "2" else caller.says(reply)
        caller.hears_answer(topic)


def test_yes_takes_the_only_guess_and_no_asks_again(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["the thing"] = [("nlu_fallback", 0.5), ("biopsy", 0.4), ("ct_scan", 0.01)]
    caller.says("the thing")
    caller.says("yes")
    caller.hears_answer("biopsy")
    caller.presses("*")
    caller.says("the thing")
    caller.says("no")
    caller.hears_prompt("which_one")


def test_a_follow_up_in_doubt_is_read_again_after_what_was_heard(caller: Caller, rasa: FakeRasa) -> None:
    words = "can they go over the same spot"
    rasa.understands[words] = [("nlu_fallback", 0.5), ("ect_alongside", 0.3), ("ect_how_many", 0.25)]
    rasa.understands[f"ect healing and {words}"] = "ect_how_many"
    rasa.leaning.add(words)
    caller.says(words)
    assert caller.kind == "clarify", "nothing was heard yet to read it with"
    caller.presses("*")
    caller.presses("5")
    caller.presses("4")
    caller.says(words)
    caller.hears_answer("ect_how_many")


def test_leaning_words_are_read_again_though_they_seemed_sure(caller: Caller, rasa: FakeRasa) -> None:
    words = "and does it swell up"
    rasa.understands[words] = [("ect_redness", 0.8), ("lymphoedema", 0.05)]
    rasa.understands[f"symptoms and {words}"] = [("lymphoedema", 0.9), ("ect_redness", 0.02)]
    caller.presses("2")
    caller.says(words)
    caller.hears_answer("ect_redness")
    rasa.leaning.add(words)
    caller.presses("*")
    caller.presses("2")
    caller.says(words)
    caller.hears_answer("lymphoedema")


def test_what_is_sure_and_does_not_lean_is_not_mixed_with_an_offer(caller: Caller, rasa: FakeRasa) -> None:
    words = "where is a biopsy done"
    rasa.understands |= {"what about mangoes": "outside_leaflet", words: [("biopsy", 0.6), ("tests", 0.1)]}
    rasa.understands[f"outside leaflet and {words}"] = [("tests", 0.9), ("biopsy", 0.001)]
    caller.says("what about mangoes")
    caller.says(words)
    caller.hears_answer("biopsy")
    assert json.loads(caller.player.headers["X-Reply-Detail"])["ranking"] == [["biopsy", 0.6], ["tests", 0.1]]


def test_danger_is_never_read_away_by_what_was_heard(caller: Caller, rasa: FakeRasa) -> None:
    words = "it has gone all wrong with him"
    rasa.understands[words] = [("emergency", 0.5), ("symptoms", 0.3)]
    rasa.understands[f"symptoms and {words}"] = "symptoms"
    rasa.leaning.add(words)
    caller.presses("2")
    caller.says(words)
    assert caller.kind == "emergency"


@pytest.mark.parametrize(
    ("words", "alone", "reply", "prompt"),
    [
        ("it's that or sit here staring at the wall", "distress", "yes", "connecting"),
        ("i'd only cry", "distress", "no", "staying"),
        ("i'm not much of a talker", "person", "no", "staying"),
        ("not before the school run", "wait", "no", "staying"),
        ("well i've rung now so i may as well", "goodbye", "yes", "connecting"),
    ],
)
def test_a_yes_or_a_no_to_an_offer_may_be_told_as_something_else(
    caller: Caller, rasa: FakeRasa, words: str, alone: str, reply: str, prompt: str
) -> None:
    rasa.understands |= {"i am so upset": "distress", words: alone}
    rasa.replies[f"distress and {words}"] = [(reply, 0.8), ("neither", 0.2)]
    caller.says("i am so upset")
    caller.says(words)
    caller.hears_prompt(prompt)


def test_what_may_be_neither_yes_nor_no_is_met_by_itself(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands |= {"i am so upset": "distress", "i've come through worse": "symptoms"}
    too_little = read_thresholds(ROOT / "config.yml").reply_threshold - 0.01
    rasa.replies["distress and i've come through worse"] = [("no", too_little), ("neither", 0.4)]
    caller.says("i am so upset")
    caller.says("i've come through worse")
    caller.hears_answer("symptoms")


def test_who_declines_a_person_after_comfort_hears_of_samaritans_and_is_waited_for(
    caller: Caller, content: Content, rasa: FakeRasa
) -> None:
    rasa.understands["i am so upset"] = "distress"
    caller.says("i am so upset")
    for words in ("no", "say that again", "no thank you"):
        caller.says(words)
        caller.hears_prompt("staying")
        assert caller.player.waiting
        assert caller.player.waiting.timeout == content.phone.listening.wait_timeout
    caller.says("okay")
    assert not caller.player.ringing, "okay is to the words, not to the offer declined before them"
    caller.says("go back")
    caller.hears_topic("distress")
    caller.says("yes")
    assert caller.player.ringing


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (["i am so upset", "no"], "distress"),
        (["no more of this"], "wish_to_die"),
        (["i want it to be last year"], [("distress", 0.5), ("wish_to_die", 0.15)]),
    ],
)
def test_that_number_may_be_samaritans(
    caller: Caller, rasa: FakeRasa, words: list[str], means: str | list[tuple[str, float]]
) -> None:
    rasa.understands |= {words[0]: means, "what was that number": "helpline_number"}
    for said in words:
        caller.says(said)
    before = caller.last_words
    for asked in ("what was that number", "say that again", "no"):  # no menu is read to who may be in danger
        caller.says(asked)
        caller.hears_prompt("both_numbers")
    caller.says("okay")
    assert not caller.player.ringing, "okay is to the numbers"
    caller.says("what was that number")
    caller.says("go back")
    assert caller.last_words.endswith(before[-60:])


def test_after_mere_comfort_that_number_is_the_helplines(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands |= {"i am so upset": "distress", "what was that number": "helpline_number"}
    caller.says("i am so upset")
    caller.says("what was that number")
    caller.hears_answer("helpline_number")


def test_keys_mean_what_they_meant_while_a_caller_is_waited_for(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands |= {
        "so sad and what about lumps": [("distress", 0.6), ("lumps", 0.3)],
        "what was that number": "helpline_number",
    }
    caller.says("so sad and what about lumps")
    for words in ("no", "what was that number", "say that again", "hold on"):
        caller.says(words)
    caller.stays_silent()
    caller.presses("1")
    caller.hears_answer("lumps")


def test_no_to_an_answer_beside_comfort_reads_no_menu(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["so sad and what about lumps"] = [("distress", 0.6), ("lumps", 0.3)]
    caller.says("so sad and what about lumps")
    caller.hears_prompt("beside")
    caller.says("no")
    caller.hears_prompt("staying")
    caller.presses("1")
    caller.hears_answer("lumps")


def test_where_nothing_was_offered_grief_is_no_reply(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["i'd only cry"] = "distress"
    rasa.replies["ect healing and i'd only cry"] = [("no", 0.9)]
    caller.presses("5")
    caller.presses("4")
    caller.says("i'd only cry")
    assert caller.kind == "distress"


@pytest.mark.parametrize(("words", "alone"), [("ta but i'm ringing off for good", "goodbye"), ("so no", "off_topic")])
def test_danger_that_only_the_offer_makes_plain_hears_of_samaritans(
    caller: Caller, rasa: FakeRasa, words: str, alone: str
) -> None:
    rasa.understands |= {"i am so upset": "distress", words: [(alone, 0.9 if alone == "goodbye" else 0.3)]}
    if alone != "goodbye":
        rasa.understands[words] = [("nlu_fallback", 0.5), (alone, 0.3)]
    rasa.replies[f"distress and {words}"] = [("danger", 0.85), ("no", 0.1)]
    caller.says("i am so upset")
    caller.says(words)
    caller.hears_prompt("listeners")


def test_a_sure_question_is_answered_though_it_begins_with_no(caller: Caller, rasa: FakeRasa) -> None:
    words = "no i want to know about hair"
    rasa.understands |= {"the thing": [("nlu_fallback", 0.5), ("biopsy", 0.4)], words: [("ect_hair_loss", 0.95)]}
    rasa.replies[f"biopsy and {words}"] = [("no", 0.99)]
    caller.says("the thing")
    caller.says(words)
    caller.hears_answer("ect_hair_loss")


def test_a_correction_is_no_reply(caller: Caller, rasa: FakeRasa) -> None:
    words = "no i said hair loss"
    rasa.understands |= {"the thing": [("nlu_fallback", 0.5), ("biopsy", 0.4)], words: [("ect_hair_loss", 0.8)]}
    rasa.replies[f"biopsy and {words}"] = [("no", 0.99)]
    caller.says("the thing")
    caller.says(words)
    caller.hears_answer("ect_hair_loss")


def test_grief_is_comforted_though_it_declines_something_else(caller: Caller, rasa: FakeRasa) -> None:
    words = "no i just feel so alone"
    rasa.understands |= {"what about mangoes": "outside_leaflet", words: [("distress", 0.95)]}
    rasa.replies |= {f"outside leaflet and {words}": [("no", 0.7)], f"distress and {words}": [("no", 0.7)]}
    caller.says("what about mangoes")
    caller.says(words)
    assert caller.kind == "distress"
    caller.says(words)
    caller.hears_prompt("staying")


def test_where_nothing_was_offered_there_is_no_reply(caller: Caller, rasa: FakeRasa) -> None:
    rasa.replies["ect healing and not for me"] = [("no", 0.99)]
    caller.presses("5")
    caller.presses("4")
    caller.says("not for me")
    assert caller.kind == "rephrase"


@pytest.mark.parametrize(("danger", "kind"), [("wish_to_die", "crisis"), ("emergency", "emergency")])
def test_a_reply_with_a_trace_of_danger_is_danger(caller: Caller, rasa: FakeRasa, danger: str, kind: str) -> None:
    words = "no there's no point in any of it"
    rasa.understands |= {"i am so upset": "distress", words: danger}
    trace = read_thresholds(ROOT / "config.yml").trace_threshold
    for left, met_as in ((trace, kind), (trace - 0.001, "control")):
        rasa.replies[f"distress and {words}"] = [("no", 0.9), ("danger", left)]
        caller.dials()
        caller.says("i am so upset")
        caller.says(words)
        assert caller.kind == met_as


def test_after_words_for_danger_nothing_is_an_offer(caller: Caller, rasa: FakeRasa) -> None:
    words = "no there's no point in any of it"
    rasa.understands |= {"i want it over": "wish_to_die", words: "wish_to_die"}
    rasa.replies[f"wish to die and {words}"] = [("no", 0.99), ("danger", 0.001)]
    caller.says("i want it over")
    caller.says(words)
    assert caller.kind == "crisis"


def test_a_hint_of_a_wish_to_die_is_not_declined_away(caller: Caller, rasa: FakeRasa) -> None:
    words = "i've said my goodbyes to everyone"
    rasa.understands |= {"i am so upset": "distress", words: [("distress", 0.6), ("wish_to_die", 0.15)]}
    rasa.replies[f"distress and {words}"] = [("no", 0.8), ("danger", 0.2)]
    caller.says("i am so upset")
    caller.says(words)
    caller.hears_prompt("listeners")


def test_yes_to_half_an_answer_is_more_of_it_but_a_sure_question_or_command_stands(
    caller: Caller, content: Content, rasa: FakeRasa
) -> None:
    rasa.understands |= {"don't stop there": "off_topic", "how sore is it": "ect_pain", "off i pop": "goodbye"}
    for words, share in (("don't stop there", 0.7), ("how sore is it", 0.85), ("off i pop", 0.95)):
        rasa.replies[f"symptoms and {words}"] = [("yes", share)]
    rasa.understands["don't stop there"] = [("nlu_fallback", 0.5), ("off_topic", 0.4)]
    rasa.understands["symptoms and how sore is it"] = "ect_pain"
    rasa.leaning.add("how sore is it")
    caller.presses("2")
    caller.says("don't stop there")
    caller.hears(content.answers["symptoms"].parts[1].text.split(".")[0])
    assert json.loads(caller.player.headers["X-Reply-Detail"])["topic"] == "more"
    caller.says("go back")
    caller.says("how sore is it")
    caller.hears_answer("ect_pain")
    caller.presses("*")
    caller.presses("2")
    caller.says("off i pop")
    assert caller.kind == "goodbye"


@pytest.mark.parametrize(("before", "heard"), [("the thing", "biopsy"), ("", "symptoms")])
def test_who_asks_for_a_person_gets_one_though_something_else_was_offered(
    caller: Caller, rasa: FakeRasa, before: str, heard: str
) -> None:
    words = "i want that lady you mentioned"
    rasa.understands |= {"the thing": [("nlu_fallback", 0.5), ("biopsy", 0.4)], words: "person"}
    rasa.replies[f"{heard} and {words}"] = [("yes", 0.99)]
    caller.says(before) if before else caller.presses("2")
    caller.says(words)
    assert caller.player.ringing


def test_a_fixed_follow_up_after_the_half_of_an_answer_is_no_reply(caller: Caller, rasa: FakeRasa) -> None:
    words = "how long does that go on"
    rasa.understands |= {"is it sore": "ect_pain", words: "how_long"}
    rasa.replies[f"ect pain and {words}"] = [("no", 0.9)]
    rasa.leaning.add(words)
    caller.says("is it sore")
    caller.says(words)
    assert rasa.asked[-1][1:] == ("how_long", "pain")


@pytest.mark.parametrize(("reply", "prompt"), [("yes", ""), ("no", "which_one")])
def test_a_reply_to_what_the_line_thinks_was_asked_is_read_after_it(
    caller: Caller, rasa: FakeRasa, reply: str, prompt: str
) -> None:
    words = "that's what the doctor called it"
    rasa.understands |= {"the thing": [("nlu_fallback", 0.5), ("biopsy", 0.4)], words: "who_are_you"}
    rasa.replies[f"biopsy and {words}"] = [(reply, 0.9)]
    caller.says("the thing")
    caller.says(words)
    caller.hears_prompt(prompt) if prompt else caller.hears_answer("biopsy")


@pytest.mark.parametrize("third", ["3", "the third one", "having a ct scan"])
def test_a_third_topic_that_is_likely_is_offered_too(
    caller: Caller, content: Content, rasa: FakeRasa, third: str
) -> None:
    rasa.understands["the thing"] = [
        ("nlu_fallback", 0.5),
        ("biopsy", 0.4),
        ("examination", 0.3),
        ("ct_scan", 0.2),
        ("lumps", 0.1),
    ]
    caller.says("the thing")
    assert caller.kind == "clarify"
    caller.hears_prompt("did_you_ask_several")
    caller.is_offered(*names(content, "biopsy", "examination", "ct_scan"))
    caller.presses(third) if third.isdecimal() else caller.says(third)
    caller.hears_answer("ct_scan")


def test_a_third_topic_that_is_not_likely_is_not_offered(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    rasa.understands["the thing"] = [("nlu_fallback", 0.5), ("biopsy", 0.4), ("examination", 0.3), ("ct_scan", 0.06)]
    caller.says("the thing")
    caller.hears("Did you ask about the punch biopsy, or")
    caller.presses("3")
    assert caller.kind == "rephrase"


@pytest.mark.parametrize(("clarity", "kind"), [(0.9, "answer"), (0.2, "clarify"), (0.0, "answer")])
def test_words_the_recogniser_is_unsure_of_are_asked_back(
    caller: Caller, rasa: FakeRasa, clarity: float, kind: str
) -> None:
    rasa.understands["the thing"] = [("biopsy", 0.9), ("ct_scan", 0.05)]
    caller.player.say("the thing", clarity)
    assert (caller.kind, caller.topic) == (kind, "biopsy")


def test_danger_in_unclear_speech_is_acted_on(caller: Caller) -> None:
    caller.player.say("she can't breathe", 0.1)
    assert caller.kind == "emergency"


def test_how_words_were_understood_is_told_on_this_machine_alone(
    caller: Caller, rasa: FakeRasa, public_line: str, new_caller: Callable[..., Caller]
) -> None:
    rasa.understands["the thing"] = "biopsy"
    caller.says("the thing")
    assert json.loads(caller.player.headers["X-Reply-Detail"]) == {
        "topic": "biopsy",
        "ranking": [["biopsy", 0.9]],
        "readings": 1,
        "about": "nothing",
    }
    assert caller.player.headers["X-Reply-File"] == "responses/biopsy.yml"
    twilio = new_caller(public_line, public_url=PUBLIC_URL, token=TOKEN)
    twilio.dials()
    twilio.says("the thing")
    twilio.hears_answer("biopsy")
    assert not {"X-Reply-Detail", "X-Reply-File"} & twilio.player.headers.keys()


def test_no_thats_not_it_goes_back_to_a_choice_in_one_step(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    rasa.understands["the thing"] = [("biopsy", 0.7), ("ct_scan", 0.1), ("repeat", 0.05), ("cure", 0.04)]
    caller.says("the thing")
    caller.hears_answer("biopsy")
    caller.says("No, that's not it.")
    assert (caller.kind, caller.topic) == ("clarify", "ct_scan")
    caller.is_offered(*names(content, "ct_scan", "cure"))
    caller.says("the second one")
    caller.hears_answer("cure")
    caller.says("the thing")
    caller.says("no that's not it")
    caller.says("neither")
    caller.hears_prompt("which_one")
    caller.is_offered(*(item.say for item in content.phone.menu))


# Safety.


def test_a_red_flag_is_met_in_every_state_even_without_rasa(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    rasa.is_down = True
    for keys in ("", "2", "53", "8"):
        for key in keys:
            caller.presses(key)
        caller.says("please my mum can't breathe")
        assert caller.kind == "emergency"
        first = caller.player.spoken[-2]
        assert not first.can_be_interrupted
        assert first.text == content.answers["emergency"].parts[0].text
        caller.hears_topic("emergency")
        assert caller.player.waiting, "then it listens, with every key alive"


def test_a_wish_to_die_is_met_with_samaritans_and_a_person(caller: Caller) -> None:
    caller.says("I want to die")
    assert caller.kind == "crisis"
    caller.hears_topic("crisis")
    caller.says("yes")
    assert caller.player.ringing


def test_no_menu_is_read_over_an_emergency(caller: Caller, content: Content) -> None:
    caller.says("she's collapsed")
    for _ in range(3):
        caller.stays_silent()
        caller.hears(content.answers["emergency"].follow)
    caller.stays_silent()
    assert caller.player.ringing


def test_danger_that_only_rasa_sees_goes_before_a_refusal(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["should i go to hospital my wife has gone all floppy"] = "emergency"
    caller.says("should i go to hospital my wife has gone all floppy")
    assert caller.kind == "emergency"
    rasa.understands["should i have the biopsy"] = "biopsy"
    caller.says("should i have the biopsy")
    assert caller.kind == "refuse"


def test_nothing_is_read_over_an_emergency_but_what_the_caller_chooses(
    caller: Caller, content: Content, rasa: FakeRasa
) -> None:
    caller.says("she's collapsed")
    for words in ("yes", "flibberti gibbet"):
        caller.says(words)
        assert caller.kind == "emergency"
        caller.hears_topic("emergency")
    rasa.is_down = True
    caller.says("flibberti gibbet")
    caller.hears_topic("emergency")
    caller.presses("*")
    caller.is_offered(*(item.say for item in content.phone.menu))


def test_okay_after_an_answer_asks_what_next_and_loses_nothing(caller: Caller, content: Content) -> None:
    caller.presses("2")
    caller.presses("1")
    caller.says("okay")
    caller.hears_prompt("what_next")
    caller.presses("1")
    caller.hears_answer(content.answers["lumps"].related[0])


def test_okay_where_there_is_more_is_more(caller: Caller) -> None:
    caller.presses("2")
    caller.says("okay")
    caller.hears_answer("symptoms", part=1)


def test_back_leads_back_over_a_transfer(caller: Caller) -> None:
    caller.presses("2")
    caller.presses("0")
    caller.transfer_ends("busy")
    caller.presses("8")
    caller.hears_topic("symptoms")


def test_distress_is_met_with_a_person(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["i can't stop crying"] = "distress"
    caller.says("i can't stop crying")
    assert caller.kind == "distress"
    caller.says("yes")
    assert caller.player.ringing


def test_a_question_asked_in_tears_is_comforted_and_its_answer_is_one_key_away(
    caller: Caller, rasa: FakeRasa, content: Content
) -> None:
    rasa.understands["will i ever be rid of it"] = [("distress", 0.5), ("cure", 0.3)]
    caller.says("will i ever be rid of it")
    assert caller.kind == "distress"
    caller.hears_topic("distress")
    caller.hears(content.phone.prompts.beside)
    caller.says("say that again")
    caller.hears(content.phone.prompts.beside)
    caller.presses("1")
    caller.hears_answer("cure")
    caller.presses("8")
    caller.says("yes")
    assert caller.player.ringing


def test_comfort_names_samaritans_where_a_wish_to_die_may_be_meant(
    caller: Caller, rasa: FakeRasa, content: Content
) -> None:
    rasa.understands["i want it to be last year"] = [("distress", 0.5), ("wish_to_die", 0.15)]
    caller.says("i want it to be last year")
    assert caller.kind == "distress"
    caller.hears_topic("distress")
    caller.hears(content.phone.prompts.listeners)
    assert "press 1" not in caller.last_words  # a wish to die has no name to choose
    caller.says("say that again")
    caller.hears(content.phone.prompts.listeners)
    caller.says("yes")
    assert caller.player.ringing


def test_a_yes_after_silence_is_to_the_person_who_was_offered(caller: Caller, rasa: FakeRasa, content: Content) -> None:
    rasa.understands["will i ever be rid of it"] = [("distress", 0.5), ("cure", 0.3)]
    caller.says("will i ever be rid of it")
    caller.stays_silent()
    caller.hears_topic("distress")
    caller.hears(content.phone.prompts.beside)
    caller.says("yes")
    assert caller.player.ringing


@pytest.mark.parametrize(
    "words",
    [
        "i said c t not ect",
        "no i meant the scan",
        "that's not what i asked",
        "you misheard",
        "i was asking about the scan",
    ],
)
def test_an_answer_that_was_not_wanted_is_not_spoken_again(caller: Caller, rasa: FakeRasa, words: str) -> None:
    rasa.understands["is it ect"] = "ect"
    rasa.understands[words] = [("ect", 0.9), ("repeat", 0.03), ("ct_scan", 0.03), ("ect_when", 0.005)]
    caller.says("is it ect")
    caller.hears_answer("ect")
    caller.says(words)
    assert caller.kind == "clarify"
    caller.presses("1")
    caller.hears_answer("ct_scan")
    caller.presses("1")  # a related answer
    caller.says(words)  # ect was not what was just heard
    caller.hears_answer("ect")


@pytest.mark.parametrize(
    "words",
    [
        "how long am i meant to lie still",
        "i wanted to ask will it hurt",
        "it's not that bad is it",
        "so i'm asking will it scar",
    ],
)
def test_a_follow_up_to_the_same_answer_is_no_correction(caller: Caller, rasa: FakeRasa, words: str) -> None:
    rasa.understands["is it ect"] = "ect"
    rasa.understands[words] = [("ect", 0.9), ("ct_scan", 0.03)]
    caller.says("is it ect")
    caller.says(words)
    caller.hears_answer("ect")


def test_a_correction_with_nothing_else_likely_is_asked_for_again(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["is it ect"] = "ect"
    rasa.understands["wrong one"] = [("ect", 0.98), ("ct_scan", 0.005)]
    caller.says("is it ect")
    caller.says("wrong one")
    assert caller.kind == "rephrase"


@pytest.mark.parametrize("topic", ["distress", "crisis", "unwell_now", "outside_leaflet", "helpline_hours"])
def test_who_needs_help_or_a_refusal_gets_it_again_whatever_they_meant(
    caller: Caller, rasa: FakeRasa, topic: str
) -> None:
    rasa.understands["oh dear"] = topic
    rasa.understands["no i meant it"] = [(topic, 0.9), ("ct_scan", 0.05)]
    caller.says("oh dear")
    kind = caller.kind
    caller.says("no i meant it")
    assert caller.kind == kind
    caller.hears_topic(topic)


def test_what_was_offered_and_is_meant_is_answered(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["the scan or the current"] = [("nlu_fallback", 0.5), ("ect", 0.4), ("ct_scan", 0.35)]
    rasa.understands["i meant the current"] = "ect"
    caller.says("the scan or the current")
    assert caller.kind == "clarify"
    caller.says("i meant the current")
    caller.hears_answer("ect")


def test_advice_is_refused_but_the_fact_beside_it_is_offered(caller: Caller, rasa: FakeRasa, content: Content) -> None:
    rasa.understands["should i keep still in the scanner"] = "ct_scan"
    caller.says("should i keep still in the scanner")
    assert caller.kind == "refuse"
    caller.hears(content.phone.prompts.beside)
    caller.presses("1")
    caller.hears_answer("ct_scan")


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("should i keep still", [("nlu_fallback", 0.5), ("ct_scan", 0.44), ("tests", 0.4)]),  # Rasa is not sure
        ("should i take ibuprofen for it", "ect_pain"),  # another drug
        ("am i dying", "cure"),  # outlook
    ],
)
def test_a_refusal_offers_nothing_it_cannot_be_sure_of(
    caller: Caller, rasa: FakeRasa, content: Content, words: str, understood: str | list[tuple[str, float]]
) -> None:
    rasa.understands[words] = understood
    caller.says(words)
    assert (caller.kind, content.phone.prompts.beside in caller.last_words) == ("refuse", False)


@pytest.mark.parametrize(
    ("words", "means"), [("should i stop now then", "goodbye"), ("tell me again how long have i got", "repeat")]
)
def test_a_phrase_of_a_question_still_overrules(caller: Caller, rasa: FakeRasa, words: str, means: str) -> None:
    rasa.understands[words] = means
    caller.presses("2")
    caller.says(words)
    assert caller.kind == "refuse"


def test_a_sure_command_is_no_question_for_advice(caller: Caller, rasa: FakeRasa, content: Content) -> None:
    rasa.understands["shall we go right back to the beginning"] = "main_menu"
    caller.presses("2")
    caller.says("shall we go right back to the beginning")
    caller.hears(content.phone.prompts.main_menu)


def test_a_question_about_the_line_is_no_question_for_advice(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["should i try the helpline of a sunday"] = "helpline_hours"
    caller.says("should i try the helpline of a sunday")
    assert caller.kind == "about"
    caller.hears_topic("helpline_hours")


def test_outside_the_leaflet_is_said_honestly(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["how long have i got"] = "outside_leaflet"
    caller.says("how long have i got")
    assert caller.kind == "refuse"
    caller.hears_topic("outside_leaflet")


# The line's own troubles.


def test_keys_give_the_same_answers_without_rasa(caller: Caller, rasa: FakeRasa) -> None:
    rasa.is_down = True
    caller.presses("5")
    caller.presses("1")
    assert caller.kind == "answer"
    caller.hears_answer("ect")


def test_speech_gets_keys_and_a_person_without_rasa(caller: Caller, content: Content, rasa: FakeRasa) -> None:
    rasa.is_down = True
    caller.says("does the biopsy hurt")
    assert caller.kind == "degraded"
    caller.hears_prompt("keys_only")
    caller.is_offered(*(item.say for item in content.phone.menu))
    caller.presses("3")
    caller.hears_answer("tests")
    rasa.is_down = False
    rasa.understands["does the biopsy hurt"] = "biopsy"
    caller.says("does the biopsy hurt")
    caller.hears_answer("biopsy")


def test_a_topic_only_the_model_knows_does_not_lose_the_caller(caller: Caller, rasa: FakeRasa) -> None:
    rasa.leads["symptoms", "nothing"] = "a_topic_of_yesterday"
    caller.presses("2")
    caller.hears_answer("symptoms")
    rasa.understands["yesterday"] = "a_topic_of_yesterday"
    caller.says("yesterday")
    assert caller.kind == "rephrase"


def test_a_fault_of_ours_puts_the_caller_through(caller: Caller, rasa: FakeRasa) -> None:
    rasa.understands["boom"] = []  # no ranking at all: the fake itself raises an IndexError
    caller.says("boom")
    assert caller.kind == "transfer"
    caller.hears_prompt("trouble")
    assert caller.player.ringing


def test_a_signed_call_goes_all_the_way(public_line: str, new_caller: Callable[..., Caller]) -> None:
    caller = new_caller(public_line, public_url=PUBLIC_URL, token=TOKEN)
    caller.dials()
    caller.presses("2")
    caller.hears_answer("symptoms")
    caller.says("speak to someone")
    caller.transfer_ends("busy")
    caller.hears_prompt("busy")
