"""The player follows Twilio's rules, and the lint finds what Twilio would stumble over."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from ivr.player import Player
from tests.twiml_lint import faults

CASES = json.loads((Path(__file__).parent / "twiml_cases.json").read_text())
"""What any telephone of ours must do with a TwiML page; test_phone.py plays them in the browser."""

TOLD = ("Digits", "SpeechResult", "Confidence", "DialCallStatus")
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
            self.wfile.write(f"<Response>{page}</Response>".encode())

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


def summary(player: Player, address: str, asked: list[tuple[str, dict[str, list[str]]]]) -> dict[str, object]:
    """Return what tests/twiml_cases.json expects of a call, as phone_cases.js returns it too."""
    waiting, ringing = player.waiting, player.ringing
    return {
        "spoken": [[spoken.text, spoken.can_be_interrupted] for spoken in player.spoken],
        "requests": [
            [path, {name: fields[name][0] for name in TOLD if name in fields and fields[name] != ["ringing"]}]
            for path, fields in asked
        ],
        "waiting": waiting
        and {
            "action": waiting.action.removeprefix(address),
            "acceptsKeys": waiting.accepts_keys,
            "acceptsWords": waiting.accepts_words,
            "digits": waiting.digits,
            "finishKey": waiting.finish_key,
            "timeout": waiting.timeout,
            "postsSilence": waiting.posts_silence,
        },
        "ringing": ringing
        and {
            "number": ringing.number,
            "callerId": ringing.caller_id,
            "action": ringing.action,
            "timeout": ringing.timeout,
        },
        "ending": player.ending,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_player_follows_twilios_rules(case: dict[str, Any]) -> None:
    with scripted(case["pages"]) as (address, asked):
        player = Player(address)
        acts = {
            "press": player.press,
            "say": player.say,
            "silence": player.stay_silent,
            "outcome": player.end_transfer,
            "hang up": player.hang_up,
        }
        player.dial()
        for name, *given in case["do"]:
            acts[name](*given)
        found = summary(player, address, asked)
    assert {name: found[name] for name in case["expect"]} == case["expect"]


def test_a_line_that_does_not_answer_is_an_error() -> None:
    player = Player("http://127.0.0.1:9")
    assert player.dial() == []
    assert player.ending == "application error"


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
