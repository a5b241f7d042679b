"""The Helpline's number by text: who is offered it, what is sent and when, and what those hear who cannot have it."""

import datetime
import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from ivr import create_app
from ivr.content import Content
from ivr.hours import parse
from ivr.line import CurrentLine, Equipment
from ivr.messages import Messenger, faults, texting
from ivr.settings import Settings, SettingsError, read
from ivr.state import State, StateSigner
from ivr.twilio_account import Account
from ivr.watching import CallEnded, TurnTaken
from ivr.yaml_file import ContentError
from scoring.line import served
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN
from tests.fakes import FakeRasa
from tests.outside import outside, run
from tests.servers import absent, hanging
from tests.twilio_mock import ACCOUNT, NUMBER, TwilioMock, prism

MOBILE = "+447400123456"
LINK = "https://example.org/call"
SETTINGS = Settings(
    secret_key="secret", auth_token=TOKEN, public_url=PUBLIC_URL, text_link=LINK, text_sender="Helpline", root=ROOT
)
BY_TEXT = "the Helpline's number by text"
Dial = Callable[..., Caller]


class Outbox:
    """Keeps what would be sent; ``fault`` is raised instead, ``gate`` is waited for first."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fault: Exception | None = None
        self.gate: threading.Event | None = None

    def send_text(self, to: str, body: str) -> None:
        if self.gate:
            self.gate.wait(5)
        if self.fault:
            raise self.fault
        self.sent.append((to, body))


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def dial(outbox: Outbox, rasa: FakeRasa, new_caller: Callable[..., Caller]) -> Iterator[Dial]:
    """Return what calls a line that sends texts, from a mobile unless told otherwise."""
    night = datetime.datetime(2026, 11, 24, 3, tzinfo=datetime.UTC)
    office = Settings(**vars(SETTINGS) | {"openings": tuple(parse("Mon-Fri 09:00-16:00"))})
    lines = {
        "open": create_app(SETTINGS, rasa, sender=outbox),
        "closed": create_app(office, rasa, lambda: night, sender=outbox),
    }
    with served(lines["open"]) as is_open, served(lines["closed"]) as closed:

        def dial(number: str = MOBILE, hours: str = "open") -> Caller:
            address = {"open": is_open, "closed": closed}[hours]
            caller = new_caller(address, public_url=PUBLIC_URL, token=TOKEN, caller=number)
            caller.dials()
            return caller

        yield dial


def hears_words(caller: Caller, content: Content, name: str) -> None:
    caller.hears(getattr(content.phone.texts, name).format(number="0808 800 6000"))


def test_an_answer_offers_a_text_which_is_sent_after_a_yes(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.presses("2")
    related = content.answers["symptoms"].related
    caller.is_offered(*(content.answers[topic].name for topic in related), BY_TEXT)
    caller.presses(str(len(related) + 1))
    assert caller.kind == "control"
    hears_words(caller, content, "warning")
    hears_words(caller, content, "ask")
    caller.is_offered("no", "yes")
    assert not outbox.sent
    caller.presses("2")
    hears_words(caller, content, "sent")
    [(to, body)] = outbox.sent
    assert to == MOBILE
    assert "0808 800 6000" in body
    assert LINK in body
    caller.presses("1")
    caller.hears_answer(related[0])  # every key means what it meant before the question


def test_it_is_asked_for_and_agreed_to_in_words(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    hears_words(caller, content, "ask")
    caller.says("yes please")
    hears_words(caller, content, "sent")
    assert len(outbox.sent) == 1


def test_rasa_too_may_understand_that_a_text_is_wanted(dial: Dial, rasa: FakeRasa, content: Content) -> None:
    rasa.understands["pop that on my mobile love"] = "text_me"
    caller = dial()
    caller.says("pop that on my mobile love")
    hears_words(caller, content, "ask")


@pytest.mark.parametrize("way", ["says no", "presses 1"])
def test_a_no_sends_nothing_and_is_not_asked_twice(way: str, dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.presses("2")
    caller.says("text me")
    caller.says("no") if way == "says no" else caller.presses("1")
    hears_words(caller, content, "declined")
    caller.presses("#")
    caller.hears_topic("symptoms")
    assert BY_TEXT not in caller.last_words
    caller.says("text me")  # a change of mind
    hears_words(caller, content, "ask")
    assert not outbox.sent


def test_nothing_but_a_yes_sends_it(dial: Dial, outbox: Outbox, rasa: FakeRasa, content: Content) -> None:
    rasa.understands |= {"does it hurt": "biopsy", "i can't see to read": "distress"}
    rasa.understands["text me and i can't see to read"] = "affirm"
    words = ("does it hurt", "what", "wait", "mumbling", "i can't see to read")
    for what in ("silence", *"#789*13", *words):
        caller = dial()
        caller.says("text me")
        hears_words(caller, content, "ask")
        if what == "silence":
            caller.stays_silent()
        elif len(what) == 1:
            caller.presses(what)
        else:
            caller.says(what)
        assert not outbox.sent, what


def test_a_key_pressed_twice_beside_comfort_sends_nothing(dial: Dial, outbox: Outbox, rasa: FakeRasa) -> None:
    rasa.understands["will i ever be rid of it"] = [("distress", 0.5), ("cure", 0.3)]
    for key in "12":
        caller = dial()
        caller.says("will i ever be rid of it")
        caller.presses(key)
        caller.presses(key)
        assert not outbox.sent


def test_the_warning_is_heard_whatever_is_pressed(dial: Dial, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    [warning] = [said for said in caller.player.spoken if said.text in content.phone.texts.warning]
    assert not warning.can_be_interrupted


@pytest.mark.parametrize("between", ["silence", "wait", "what"])
def test_a_yes_to_another_question_sends_nothing(between: str, dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    caller.stays_silent() if between == "silence" else caller.says(between)
    was_asked = content.phone.texts.ask in caller.last_words
    caller.says("okay")
    assert bool(outbox.sent) == was_asked == (between != "wait")
    if not was_asked:
        hears_words(caller, content, "ask")


def test_asking_again_is_no_yes_and_is_told_what_is(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    caller.says("text me please")
    hears_words(caller, content, "say_yes")
    assert not outbox.sent
    caller.says("yes")
    assert len(outbox.sent) == 1


def test_going_back_asks_nothing_again(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.presses("2")
    caller.says("text me")
    caller.presses("*")
    caller.presses("8")
    caller.hears_topic("symptoms")
    caller.says("text me")
    caller.presses("*")
    caller.says("text me")
    caller.says("yes")
    for _ in range(3):
        caller.presses("8")
        assert content.phone.texts.ask not in caller.last_words
    assert len(outbox.sent) == 1


def test_a_key_of_an_older_question_sends_no_second_text(dial: Dial, outbox: Outbox, content: Content) -> None:
    """A state that still has the key, and a process that has forgotten the first text."""
    caller = dial()
    signer = StateSigner(SETTINGS.secret_key)
    state = State(caller.player.call, place="text", keys=("text:no", "text:send"), texting="done")
    waiting = caller.player.waiting
    assert waiting
    action = re.sub(r"state=[^&]+", f"state={signer.pack(state)}", waiting.action)
    caller.player.waiting = replace(waiting, action=action)
    caller.presses("2")
    hears_words(caller, content, "done")
    assert not outbox.sent


def test_danger_at_the_question_is_danger(dial: Dial, outbox: Outbox) -> None:
    caller = dial()
    caller.says("text me")
    caller.says("she can't breathe")
    assert caller.kind == "emergency"
    assert not outbox.sent


def test_one_call_gets_one_text(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    caller.says("yes")
    caller.says("text me")
    hears_words(caller, content, "done")
    caller.presses("*")
    caller.presses("2")
    assert BY_TEXT not in caller.last_words
    assert len(outbox.sent) == 1


def test_a_webhook_that_twilio_repeats_sends_no_second_text(dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.says("text me")
    waiting = caller.player.waiting
    caller.presses("2")
    caller.player.waiting = waiting
    caller.presses("2")
    hears_words(caller, content, "sent")
    assert len(outbox.sent) == 1


def test_two_at_once_send_one(outbox: Outbox) -> None:
    outbox.gate = threading.Event()
    messenger = Messenger(outbox)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(messenger.send, "CA1", MOBILE, "hello") for _ in range(2)]
        outbox.gate.set()
        assert [one.result(5) for one in both] == ["sent", "sent"]
    assert outbox.sent == [(MOBILE, "hello")]


CALLERS = {
    "+447400123456": "offered",
    "+447911123456": "no_mobile",  # Guernsey
    "+447797123456": "no_mobile",  # Jersey
    "+447624123456": "no_mobile",  # the Isle of Man
    "+442079460000": "no_mobile",
    "+448088006000": "no_mobile",
    "+447012345678": "no_mobile",  # a personal number, which may lead anywhere
    "+447640123456": "no_mobile",  # a pager
    "+353861234567": "no_mobile",
    "anonymous": "hidden",
    "Restricted": "hidden",
    "": "hidden",
    "+266696687": "hidden",  # ANONYMOUS on a keypad
    "+7378742833": "hidden",
    "+86282452253": "hidden",
    "client:alice": "hidden",
    "sip:alice@example.org": "hidden",
}


@pytest.mark.parametrize(("number", "known"), CALLERS.items())
def test_only_uk_mobiles_can_be_texted(number: str, known: str) -> None:
    assert texting(number) == known


@pytest.mark.parametrize("number", ["+442079460000", "anonymous", "+353861234567"])
def test_who_cannot_have_a_text_is_told_why_and_the_number(
    number: str, dial: Dial, outbox: Outbox, content: Content
) -> None:
    caller = dial(number)
    caller.presses("2")
    assert BY_TEXT not in caller.last_words
    caller.says("text me")
    assert caller.kind == "control"
    hears_words(caller, content, CALLERS[number])
    caller.presses("1")
    caller.hears_answer(content.answers["symptoms"].related[0])
    assert not outbox.sent


def test_a_line_that_sends_no_texts_says_so(caller: Caller, content: Content) -> None:
    caller.presses("2")
    assert BY_TEXT not in caller.last_words
    caller.says("text me")
    hears_words(caller, content, "not_set_up")


@pytest.mark.parametrize("fault", [requests.Timeout(f"to {MOBILE}"), ValueError(MOBILE)])
def test_a_text_that_fails_is_told_with_the_number_and_logged_without(
    fault: Exception, dial: Dial, outbox: Outbox, content: Content, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.fault = fault
    caller = dial()
    caller.says("text me")
    with caplog.at_level(logging.INFO):
        caller.says("yes")
    hears_words(caller, content, "not_sent")
    assert "a text could not be sent" in caplog.text
    assert MOBILE[3:] not in caplog.text


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed"])
def test_a_transfer_that_reaches_nobody_offers_it(outcome: str, dial: Dial, outbox: Outbox, content: Content) -> None:
    caller = dial()
    caller.presses("0")
    caller.transfer_ends(outcome)  # type: ignore[arg-type]
    assert caller.kind == "transfer"
    caller.is_offered(BY_TEXT, "the main menu")
    caller.presses("#")
    caller.hears("0808 800 6000")
    caller.is_offered(BY_TEXT, "the main menu")
    caller.presses("1")
    caller.presses("2")
    assert len(outbox.sent) == 1
    hears_words(caller, content, "sent")
    caller.is_offered(*(item.say for item in content.phone.menu))  # the keys were for the text, so the menu is read
    caller.presses("2")
    caller.hears_answer("symptoms")


def test_the_helpline_being_closed_offers_it(dial: Dial, outbox: Outbox) -> None:
    caller = dial(hours="closed")
    caller.presses("0")
    caller.hears("The Helpline is closed just now.")
    caller.is_offered(BY_TEXT, "the main menu")
    caller.presses("2")
    assert caller.kind == "menu"
    assert not outbox.sent


def test_a_talk_that_ended_offers_the_menu_alone(dial: Dial) -> None:
    caller = dial()
    caller.presses("0")
    caller.transfer_ends("completed")
    assert BY_TEXT not in caller.last_words


def test_the_settings_may_change_while_a_caller_thinks(
    rasa: FakeRasa, outbox: Outbox, new_caller: Callable[..., Caller], content: Content
) -> None:
    without = Settings(**vars(SETTINGS) | {"text_link": ""})
    with served(create_app(SETTINGS, rasa, sender=outbox)) as texts, served(create_app(without, rasa)) as silent:
        caller = new_caller(texts, public_url=PUBLIC_URL, token=TOKEN, caller=MOBILE)
        caller.dials()
        caller.says("text me")
        caller.player.address = silent
        caller.says("yes")
        hears_words(caller, content, "not_sent")


# What may be sent.


def test_our_own_words_may_be_sent(content: Content) -> None:
    assert not list(faults(content.phone.texts.message.format(number="0808 800 6000", link=LINK)))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Breast Cancer Now", ["'breast'", "'cancer'"]),
        ("https://example.org/skin-mets", ["'skin'", "'mets'"]),
        ("call us \N{TELEPHONE RECEIVER}", ["\N{TELEPHONE RECEIVER}"]),
        ("a" * 161, ["161 characters"]),
        ("it is free; who directs it?", []),
        ("https://connect.example.org/asking/select", []),
        ("https://example.org/mastectomy", ["'mastect'"]),
        ("https://mets.example.org", ["'mets'"]),
        ("https://example.org/ect", ["'ect'"]),
    ],
)
def test_what_must_not_be_sent_is_named(text: str, named: list[str]) -> None:
    found = list(faults(text))
    assert len(found) == len(named)
    for word in named:
        assert any(word in fault for fault in found), found


def test_a_line_with_a_telling_link_does_not_start(rasa: FakeRasa, outbox: Outbox) -> None:
    over = {"text_link": "https://breastcancernow.org/" + 150 * "a", "text_sender": "CareNurse"}
    with pytest.raises(ContentError) as caught:
        create_app(Settings(**vars(SETTINGS) | over), rasa, sender=outbox)
    assert len(caught.value.problems) == 4
    assert all("responses/phone.yml: texts.message: " in problem for problem in caught.value.problems)


def test_a_reload_keeps_the_memory_of_texts(house: Path, rasa: FakeRasa, outbox: Outbox) -> None:
    messenger = Messenger(outbox)
    line = CurrentLine(Settings(**vars(SETTINGS) | {"root": house}), rasa, equipment=Equipment(messenger=messenger))
    assert line().equipment.messenger is messenger
    (house / "build").mkdir()
    (house / "build/reload").write_text("an editor")
    assert line().equipment.messenger is messenger


SET = {"TEXT_LINK": LINK, "TEXT_SENDER": "Helpline", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
NEEDED = {"PUBLIC_URL": PUBLIC_URL, "SECRET_KEY": "s"}


def test_texts_are_counted_and_logged_without_the_number(rasa: FakeRasa, new_caller: Callable[..., Caller]) -> None:
    class Diary:
        def __init__(self) -> None:
            self.texts: list[str] = []

        def turn(self, taken: TurnTaken) -> None:
            assert MOBILE[3:] not in repr(taken)
            self.texts.append(taken.text)

        def ended(self, ended: CallEnded) -> None: ...

    diary, outbox = Diary(), Outbox()
    with served(create_app(SETTINGS, rasa, None, [diary], outbox)) as address:
        for outbox.fault in (None, ValueError()):
            caller = new_caller(address, public_url=PUBLIC_URL, token=TOKEN, caller=MOBILE)
            caller.dials()
            caller.says("text me")
            caller.says("yes")
        operator = requests.get(f"{address}/metrics", timeout=5)
    assert diary.texts == ["", "", "sent", "", "", "failed"]
    assert 'ivr_texts_total{outcome="sent"} 1.0' in operator.text
    assert 'ivr_texts_total{outcome="failed"} 1.0' in operator.text


def test_both_settings_are_read(tmp_path: Path) -> None:
    settings = read(SET | NEEDED, tmp_path)
    assert (settings.text_link, settings.text_sender) == (LINK, "Helpline")


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"TEXT_SENDER": ""}, "Texts need TEXT_SENDER"),
        ({"TEXT_LINK": ""}, "Texts need TEXT_LINK"),
        ({"TWILIO_ACCOUNT_SID": ""}, "Texts need TWILIO_ACCOUNT_SID"),
        ({"TWILIO_AUTH_TOKEN": ""}, "Texts need TWILIO_AUTH_TOKEN"),
        ({"TEXT_LINK": "example"}, "TEXT_LINK is 'example'"),
        ({"TEXT_LINK": "http://example.org"}, "TEXT_LINK is"),
        ({"TEXT_LINK": "https://example.org/a b"}, "TEXT_LINK is"),
        ({"TEXT_SENDER": "The Helpline of us"}, "TEXT_SENDER is"),
        ({"TEXT_SENDER": "07700900123"}, "TEXT_SENDER is"),
    ],
)
def test_wrong_settings_are_named(over: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=named):
        read(SET | NEEDED | over, tmp_path)


# By Twilio, as its own description has it.


@pytest.fixture(scope="module")
def twilio() -> Iterator[str]:
    with prism() as address:
        yield address


@pytest.fixture
def mock(twilio: str) -> TwilioMock:
    return TwilioMock(twilio, {})


def account(mock: TwilioMock) -> Account:
    return Account(Settings(**vars(SETTINGS) | {"account_sid": ACCOUNT}), mock)


def test_twilio_is_asked_to_send_it_within_the_hour(mock: TwilioMock) -> None:
    assert Messenger(account(mock)).send("CA1", MOBILE, "The number you asked for") == "sent"
    [asked] = mock.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.fields == {
        "To": MOBILE,
        "From": "Helpline",
        "Body": "The number you asked for",
        "ValidityPeriod": 3600,
    }


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_twilios_no_is_told_without_the_number(status: int, twilio: str, caplog: pytest.LogCaptureFixture) -> None:
    mock = TwilioMock(twilio, {"/Messages.json": status})
    assert Messenger(account(mock)).send("CA1", MOBILE, "x") == "failed"
    assert "a text could not be sent: Twilio" in caplog.text
    assert MOBILE[3:] not in caplog.text


@pytest.mark.parametrize("server", [absent, hanging])
def test_a_twilio_that_does_not_answer_is_not_waited_for(server: Callable[..., Any]) -> None:
    with server() as address:
        mock = TwilioMock(address)
        mock.timeout = 0.5
        assert Messenger(account(mock)).send("CA1", MOBILE, "x") == "failed"


@pytest.mark.parametrize(
    ("sender", "number", "found"),
    [
        ("Helpline", {}, "good Texts: they come from Helpline"),
        (NUMBER, {"capabilities": {"voice": True, "sms": True}}, f"good Texts: they come from {NUMBER}"),
        (
            NUMBER,
            {"capabilities": {"voice": True, "sms": False}},
            f"BAD Texts: {NUMBER} is a number that sends no texts",
        ),
        ("+447400000000", {}, "BAD Texts: the account has no number +447400000000"),
    ],
)
def test_the_doctor_looks_at_the_sender(sender: str, number: dict[str, Any], found: str, twilio: str) -> None:
    ways, _ = outside(twilio, {}, {"number": {"phone_number": NUMBER, **number}})
    said, _ = run("doctor", ways, TEXT_LINK=LINK, TEXT_SENDER=sender)
    assert found in said


def test_the_doctor_says_nothing_of_texts_that_nobody_wants(twilio: str) -> None:
    assert "Texts" not in run("doctor", outside(twilio, {})[0])[0]
