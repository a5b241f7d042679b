"""The player follows Twilio's rules, and the lint finds what Twilio would stumble over."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from ivr.player import Player
from tests.twiml_lint import faults

SAY = '<Say voice="Polly.Amy-Neural" language="en-GB">Hello</Say>'


@contextmanager
def scripted(pages: dict[str, str]) -> Iterator[tuple[str, list[tuple[str, dict[str, list[str]]]]]]:
    """Serve the inside of a Response for each path; keep (path, form) of every request."""
    asked: list[tuple[str, dict[str, list[str]]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append((self.path, parse_qs(body)))
            page = pages.get(self.path)
            self.send_response(200 if page is not None else 500)
            self.end_headers()
            text = page if (page or "").startswith("<html") else f"<Response>{page}</Response>"
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Keep the test output readable."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def dialled(pages: dict[str, str]) -> tuple[Player, list[tuple[str, dict[str, list[str]]]]]:
    with scripted(pages) as (address, asked):
        player = Player(address)
        player.dial()
        return player, asked


def gather(attributes: str, after: str = "") -> str:
    return f"<Gather {attributes}>{SAY}</Gather>{after}"


def test_a_call_without_a_hangup_ran_out_of_words() -> None:
    assert dialled({"/calls/start": SAY})[0].ending == "ran out of words"
    assert dialled({"/calls/start": SAY + "<Hangup/>"})[0].ending == "hung up by the line"


def test_a_gather_without_input_falls_to_the_next_verb_or_posts() -> None:
    with scripted({"/calls/start": gather('action="/x"', "<Hangup/>")}) as (address, asked):
        player = Player(address)
        player.dial()
        player.stay_silent()
        assert (player.ending, len(asked)) == ("hung up by the line", 1)
    pages = {"/calls/start": "", "/next": "<Hangup/>"}
    with scripted(pages) as (address, asked):
        pages["/calls/start"] = gather(f'actionOnEmptyResult="true" action="{address}/next"')
        player = Player(address)
        player.dial()
        player.stay_silent()
        assert asked[-1][0] == "/next"
        assert "Digits" not in asked[-1][1]
        assert "SpeechResult" not in asked[-1][1]


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ('numDigits="1"', "2", ["2"]),
        ('numDigits="1"', "25", ["2"]),
        ('numDigits="1" finishOnKey=""', "#", ["#"]),
        ("", "25#7", ["25"]),
        ('finishOnKey="*"', "2*", ["2"]),
        ('numDigits="1"', "#", None),
        ('input="speech"', "2", None),
    ],
)
def test_keys_end_a_gather_as_its_attributes_say(attributes: str, keys: str, digits: list[str] | None) -> None:
    pages = {"/calls/start": "", "/next": "<Hangup/>"}
    with scripted(pages) as (address, asked):
        pages["/calls/start"] = gather(f'action="{address}/next" {attributes}', "<Hangup/>")
        player = Player(address)
        player.dial()
        player.press(keys)
        assert asked[-1][1].get("Digits") == digits


def test_words_need_a_gather_that_takes_speech() -> None:
    pages = {"/calls/start": "", "/next": "<Hangup/>"}
    for inputs, heard in (("dtmf speech", ["hello"]), ("dtmf", None)):
        with scripted(pages) as (address, asked):
            pages["/calls/start"] = gather(f'input="{inputs}" action="{address}/next"', "<Hangup/>")
            player = Player(address)
            player.dial()
            player.say("hello")
            assert asked[-1][1].get("SpeechResult") == heard


def test_a_gather_without_action_asks_its_own_document_again() -> None:
    with scripted({"/calls/start": gather('numDigits="1"')}) as (address, asked):
        player = Player(address)
        player.dial()
        player.press("1")
        assert [path for path, _ in asked] == ["/calls/start", "/calls/start"]


def test_a_dial_goes_on_at_its_action_or_at_the_next_verb() -> None:
    pages = {"/calls/start": "", "/after": SAY + "<Hangup/>"}
    with scripted(pages) as (address, asked):
        pages["/calls/start"] = f'<Dial action="{address}/after" callerId="+4420"><Number>+4480</Number></Dial>'
        player = Player(address)
        player.dial()
        assert player.ringing
        assert (player.ringing.number, player.ringing.caller_id) == ("+4480", "+4420")
        player.end_transfer("busy")
        assert asked[-1][1]["DialCallStatus"] == ["busy"]
    player, _ = dialled({"/calls/start": "<Dial>+4480</Dial>" + SAY})
    assert player.ringing
    assert player.ringing.caller_id == player.caller
    player.end_transfer("busy")
    assert [spoken.text for spoken in player.spoken] == ["Hello"]


def test_faults_end_the_call_as_an_application_error() -> None:
    for pages in (
        {},
        {"/calls/start": "<html><p>hello</html>"},
        {"/calls/start": "<html></html>"},
        {"/calls/start": "<Redirect>/nowhere</Redirect>"},
        {"/calls/start": "<Redirect/>"},
        {"/calls/start": "<Enqueue/>"},
    ):
        assert dialled(pages)[0].ending == "application error"
    assert Player("http://127.0.0.1:9").dial() == []


def test_only_what_a_gather_holds_can_be_interrupted() -> None:
    player, _ = dialled({"/calls/start": SAY + gather('action="/x"')})
    assert [spoken.can_be_interrupted for spoken in player.spoken] == [False, True]


HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
GOOD_GATHER = (
    '<Gather input="dtmf speech" action="https://l.org/t" method="POST" actionOnEmptyResult="true" numDigits="1" '
    'finishOnKey="" timeout="8" speechTimeout="3" speechModel="googlev2_telephony" language="en-GB" '
    f'profanityFilter="false" hints="a,b">{SAY}</Gather>'
)
REDIRECT = '<Redirect method="POST">https://l.org/t</Redirect>'
DIAL = '<Dial action="https://l.org/d" callerId="+4420"><Number>+448088006000</Number></Dial>'


def test_the_lint_passes_what_is_right() -> None:
    for inside in (GOOD_GATHER + REDIRECT, SAY + DIAL, SAY + "<Hangup/>"):
        assert faults(f"{HEAD}<Response>{inside}</Response>", "https://l.org") == []


@pytest.mark.parametrize(
    "inside",
    [
        "",
        SAY,
        GOOD_GATHER,
        "<Hangup/>" + SAY,
        "<Enqueue/><Hangup/>",
        GOOD_GATHER.replace('finishOnKey=""', 'finishOnKey="#"') + REDIRECT,
        GOOD_GATHER.replace('speechTimeout="3"', 'speechTimeout="auto"') + REDIRECT,
        GOOD_GATHER.replace('language="en-GB" profanity', 'language="en-US" profanity') + REDIRECT,
        GOOD_GATHER.replace("https://l.org/t", "/t") + REDIRECT,
        GOOD_GATHER.replace("hints=", "record=") + REDIRECT,
        GOOD_GATHER.replace(SAY, "") + REDIRECT,
        GOOD_GATHER + "<Redirect>https://evil.org/t</Redirect>",
        GOOD_GATHER + "<Redirect>https://l.org/t?said=private+words</Redirect>",
        SAY.replace("Hello", "") + "<Hangup/>",
        SAY.replace("Hello", "<emphasis>Hello</emphasis>") + "<Hangup/>",
        SAY.replace("en-GB", "en-US") + "<Hangup/>",
        DIAL.replace("+448088006000", "+999"),
        DIAL.replace(' callerId="+4420"', ""),
        DIAL.replace(' action="https://l.org/d"', ""),
        DIAL.replace("callerId", 'record="true" callerId'),
    ],
)
def test_the_lint_finds_what_is_not(inside: str) -> None:
    assert faults(f"{HEAD}<Response>{inside}</Response>", "https://l.org", ("private+words",))


def test_the_lint_finds_what_is_not_twiml() -> None:
    for text in ("", "<html/>", f"{HEAD}<Response>\x0b</Response>", f"{HEAD}<response><Hangup/></response>"):
        assert faults(text, "https://l.org")
