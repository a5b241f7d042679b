"""Forgery and abuse beyond test_guard.py: strangers get no words, callers always do, and nobody gets another number."""

import datetime
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests

from ivr.content import Content
from ivr.player import Player
from ivr.processes import phone_line
from ivr.settings import Settings
from ivr.state import State, StateSigner
from tests import fuzz, nonsense, twiml_lint
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, free_port, served
from tests.fakes import FakeRasa
from tests.nonsense import Answer, Attempt
from tests.test_guard import CALL, FORM, post, raw, signature, signed

OTHER_CALL = "CA" + "1" * 32
HEAD = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
BODY = f"CallSid={CALL}"
SIGNER = StateSigner("secret")
DANGER = "she can't breathe"


@pytest.fixture(scope="module")
def rasa() -> FakeRasa:
    """Return one Rasa for all: it keeps nothing of a call."""
    return FakeRasa()


@pytest.fixture(scope="module")
def local_line(rasa: FakeRasa) -> Iterator[str]:
    with served(Settings(secret_key="secret", root=ROOT), rasa) as address:
        yield address


@pytest.fixture(scope="module")
def public_line(rasa: FakeRasa) -> Iterator[str]:
    settings = Settings(secret_key="secret", auth_token=TOKEN, public_url=PUBLIC_URL, root=ROOT)
    with served(settings, rasa) as address:
        yield address


@pytest.fixture
def signed_caller(public_line: str, new_caller: Callable[..., Caller]) -> Caller:
    caller = new_caller(public_line, public_url=PUBLIC_URL, token=TOKEN)
    caller.dials()
    return caller


def turn_at(state: State, token: str = "") -> str:
    return "/calls/turn?state=" + (token or SIGNER.pack(state))


def asked(line: str, path: str, *rows: tuple[str, str]) -> Answer:
    """Send ``rows`` as they stand, rightly signed; the reply passes the lint."""
    body = nonsense.encoded([*FORM.items(), *rows])
    answer = fuzz.exchange(line, Attempt("", path, body, nonsense.signature(path, body, TOKEN)))
    assert answer.status == 200
    assert not twiml_lint.faults(answer.text, PUBLIC_URL)
    return answer


def words(answer: Answer) -> str:
    return " ".join("".join(say.itertext()) for say in ElementTree.fromstring(answer.text).iter("Say"))


# Signatures.


def test_a_signature_of_an_earlier_turn_is_refused(public_line: str, signed_caller: Caller) -> None:
    earlier = signed_caller.player.waiting.action
    signed_caller.presses("2")
    now = signed_caller.player.waiting.action
    form = FORM | {"CallSid": signed_caller.player.call, "Digits": "1"}
    stale = post(public_line, now.removeprefix(PUBLIC_URL), form, **signature(earlier, form))
    assert (stale.status_code, stale.content) == (403, b"")
    assert post(public_line, now.removeprefix(PUBLIC_URL), form, **signature(now, form)).status_code == 200


def test_a_form_may_come_in_any_order_and_a_query_may_not(public_line: str) -> None:
    form = FORM | {"Digits": "1"}
    mark = signature(f"{PUBLIC_URL}/calls/turn?a=1&b=2", form)
    backwards = list(form.items())[::-1]
    assert post(public_line, "/calls/turn?a=1&b=2", backwards, **mark).status_code == 200
    assert post(public_line, "/calls/turn?b=2&a=1", form, **mark).status_code == 403


@pytest.mark.parametrize("name", sorted(FORM))
def test_a_parameter_repeated_with_another_value_is_refused(public_line: str, name: str) -> None:
    mark = signature(f"{PUBLIC_URL}/calls/start", FORM)
    for rows in ([(name, "+15550100000"), *FORM.items()], [*FORM.items(), (name, "+15550100000")]):
        assert post(public_line, form=rows, **mark).status_code == 403


@pytest.mark.parametrize("name", sorted(FORM))
def test_a_parameter_left_out_or_added_is_refused(public_line: str, name: str) -> None:
    mark = signature(f"{PUBLIC_URL}/calls/start", FORM)
    assert post(public_line, form={key: value for key, value in FORM.items() if key != name}, **mark).status_code == 403
    assert post(public_line, form={**FORM, f"{name}2": "x"}, **mark).status_code == 403


@pytest.mark.parametrize("mark", ["\xe9" * 28, "A" * 10_000, "None", "=" * 28, "*"])
def test_a_signature_that_is_none_is_refused_without_a_word(public_line: str, mark: str) -> None:
    reply = requests.post(public_line + "/calls/start", FORM, headers={"X-Twilio-Signature": mark.encode("latin-1")})
    assert (reply.status_code, reply.content) == (403, b"")


def test_a_signature_counts_in_its_own_header_and_once(public_line: str) -> None:
    mark = signature(f"{PUBLIC_URL}/calls/start", FORM)["X-Twilio-Signature"]
    assert post(public_line, form={**FORM, "X-Twilio-Signature": mark}).status_code == 403
    assert post(public_line, **{"X_Twilio_Signature_": mark}).status_code == 403
    assert post(public_line, **{"X-Twilio-Signature": f"{mark},{mark}"}).status_code == 403


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/xml", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_no_form_is_refused(public_line: str, kind: str) -> None:
    mark = signature(f"{PUBLIC_URL}/calls/start", {})
    body = f'{{"CallSid": "{CALL}"}}'
    reply = requests.post(public_line + "/calls/start", body, headers=mark | {"Content-Type": kind})
    assert (reply.status_code, reply.content) == (403, b"")


@pytest.mark.parametrize("method", nonsense.METHODS)
def test_a_call_comes_by_post_alone(public_line: str, method: str) -> None:
    headers = signature(f"{PUBLIC_URL}/calls/start", FORM) | {"X-HTTP-Method-Override": "POST"}
    reply = requests.request(method, public_line + "/calls/start", data=FORM, headers=headers)
    assert reply.status_code in (200, 405) if method == "OPTIONS" else reply.status_code == 405
    assert reply.content == b""


# Paths, hosts and proxies.


@pytest.mark.parametrize(
    "path",
    [
        "/model/parse",
        "/webhooks/rest/webhook",
        f"/conversations/{CALL}/trigger_intent",
        "/domain",
        "/status",
        "/version",
    ],
)
def test_rasa_cannot_be_asked_through_the_line(public_line: str, rasa: FakeRasa, path: str) -> None:
    rasa.asked.clear()
    for reply in (requests.get(public_line + path), signed(public_line, path)):
        assert (reply.status_code, reply.content) == (404, b"")
    assert not rasa.asked


def test_rasa_listens_to_this_machine_alone(rasa_url: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it tells which address others would see
        outside = probe.getsockname()[0]
    if outside.startswith("127."):
        pytest.skip("this machine has no address but its own")
    port = urlsplit(rasa_url).port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) == 0
    with socket.socket() as probe:
        assert probe.connect_ex((outside, port)) != 0


@pytest.mark.parametrize(
    "path", [path for path in nonsense.ODD_PATHS if not path.startswith(("/health", "/phone", "/metrics"))]
)
def test_an_odd_path_gets_no_words(public_line: str, path: str) -> None:
    answer = fuzz.exchange(public_line, Attempt("", path, method="GET"))
    assert answer.status in (403, 404, 405)
    assert answer.text == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.org"},
        {"Host": "localhost"},
        {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example.org"},
        {"X-Original-URL": "/calls/status", "X-Rewrite-URL": "/calls/status"},
    ],
)
def test_no_header_changes_where_a_reply_leads(public_line: str, headers: dict[str, str]) -> None:
    reply = post(public_line, **signature(f"{PUBLIC_URL}/calls/start", FORM), **headers)
    assert reply.status_code == 200
    assert not twiml_lint.faults(reply.text, PUBLIC_URL)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            "localhost.",
            "127.1",
            "0",
            "2130706433",
            "0x7f000001",
            "localhost:1:2",
            "localhost:x",
            "[::ffff:127.0.0.1]",
        ),
        *("localhost@evil.example.org", "evil.example.org#localhost", "localhost/evil", "[::1]evil", "localhost,evil"),
    ],
)
def test_without_a_token_only_this_machines_own_names_are_let_in(local_line: str, host: str) -> None:
    request = f"POST /calls/start HTTP/1.1\r\nHost: {host}\r\n{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY}"
    assert raw(local_line, request.encode()).split()[1] in ("400", "403")


def test_two_hosts_are_none(local_line: str) -> None:
    hosts = "Host: localhost\r\nHost: evil.example.org\r\n"
    request = f"POST /calls/start HTTP/1.1\r\n{hosts}{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY}"
    assert raw(local_line, request.encode()).split()[1] in ("400", "403")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_no_host_is_not_this_machines_name(local_line: str, version: str) -> None:
    request = f"POST /calls/start HTTP/{version}\r\n{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY}"
    assert raw(local_line, request.encode()).split()[1] in ("400", "403")


# The server that callers reach.


@pytest.fixture(scope="module")
def gunicorn() -> Iterator[str]:
    """Run the line as `make run` does, with a token and without Rasa."""
    settings = Settings(port=free_port(), rasa_url="http://127.0.0.1:9")
    environ = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL, "SECRET_KEY": nonsense.KEY}
    with phone_line(settings, ROOT, "line-abuse", **environ):
        yield settings.local_address


BROKEN_CHUNKS = [request for request in nonsense.RAW if b": chunked" in request]
NO_REQUESTS = [request for request in nonsense.RAW if request not in BROKEN_CHUNKS]


@pytest.mark.parametrize("request_bytes", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
def test_bytes_that_are_no_request_get_no_words_and_the_line_lives(gunicorn: str, request_bytes: bytes) -> None:
    answer = fuzz.exchange(gunicorn, Attempt("", "", raw=request_bytes))
    if b"Transfer-Encoding: x" in request_bytes:
        assert answer.status == 501  # HTTP's own word for it
    else:
        assert answer.status == 0 or 400 <= answer.status < 500
    assert "<Response" not in answer.text
    assert requests.get(f"{gunicorn}/health/live").status_code == 200


@pytest.mark.parametrize("request_bytes", BROKEN_CHUNKS, ids=["too short", "no size"])
def test_broken_chunks_do_not_pass_for_a_call(gunicorn: str, request_bytes: bytes) -> None:
    answer = fuzz.exchange(gunicorn, Attempt("", "", raw=request_bytes))
    assert 400 <= answer.status < 500
    assert "<Response" not in answer.text


def test_the_lines_log_holds_nothing_of_a_call(gunicorn: str, content: Content) -> None:
    caller = Caller(Player(gunicorn, PUBLIC_URL, TOKEN, caller=nonsense.NUMBER), content)
    caller.dials()
    for said in (f"my name is {nonsense.MARK}", "7", "2"):
        caller.presses(said) if said.isdigit() else caller.says(said)
    answer = fuzz.exchange(
        gunicorn, Attempt("", turn_at(State(CALL)), nonsense.encoded([("SpeechResult", nonsense.MARK)]))
    )
    assert answer.status == 403
    log = (ROOT / "build/line-abuse.log").read_text()
    assert not [fault for fault in fuzz.log_faults(log, caller.player.call) if not fault.startswith("broke")]
    assert TOKEN not in log


# Bodies and what is in them.


def test_a_body_of_64_kib_is_the_largest(public_line: str) -> None:
    filler = "a" * (64 * 1024 - len(nonsense.encoded([*FORM.items(), ("SpeechResult", "")])))
    asked(public_line, "/calls/start", ("SpeechResult", filler))
    form = FORM | {"SpeechResult": filler + "a"}
    reply = post(public_line, form=form, **signature(f"{PUBLIC_URL}/calls/start", form))
    assert (reply.status_code, reply.content) == (413, b"")


def test_a_body_of_a_thousand_fields_is_read(public_line: str) -> None:
    asked(public_line, "/calls/start", *((f"x{number}", "") for number in range(1000)))


@pytest.mark.parametrize("said", [*nonsense.MARKUP, *nonsense.ODD_TEXT], ids=lambda said: ascii(said[:20]))
def test_nothing_that_is_said_comes_back(public_line: str, said: str) -> None:
    answer = asked(public_line, turn_at(State(CALL)), ("SpeechResult", said), ("Confidence", "0.9"))
    for part in ("evil.example.org", "+15550100000", "passwd", "jndi", "DROP", "<Hangup", "X-Injected"):
        assert part not in answer.text
    assert "X-Injected" not in answer.headers


def test_what_cannot_be_heard_is_silence(public_line: str) -> None:
    for said in ("", " ", "\x00", "\x00\x0b\x1f\x7f", "\r\n\t"):
        answer = asked(public_line, turn_at(State(CALL)), ("SpeechResult", said))
        assert answer.headers["X-Reply-Kind"] == "silence"


@pytest.mark.parametrize("digits", nonsense.ODD_DIGITS, ids=lambda digits: ascii(digits[:20]))
def test_odd_keys_are_silence_or_their_first_or_no_key(public_line: str, digits: str) -> None:
    answer = asked(public_line, turn_at(State(CALL, keys=("topic:cure",) * 6)), ("Digits", digits))
    first = digits.strip()[:1]
    expected = {"": "silence", "*": "menu"}.get(first, "answer" if first.isdecimal() else "rephrase")
    assert answer.headers["X-Reply-Kind"] == expected


@pytest.mark.parametrize("digits", ["\u00b2", "\u2460", "\u00b9"])
def test_a_raised_or_circled_digit_is_no_key(public_line: str, digits: str) -> None:
    answer = asked(public_line, turn_at(State(CALL, keys=("topic:cure",) * 6)), ("Digits", digits))
    assert answer.headers["X-Reply-Kind"] == "rephrase"


def test_of_keys_and_words_together_the_first_key_counts(public_line: str, content: Content) -> None:
    state = State(CALL, keys=("topic:cure", "topic:biopsy"))
    rows = [("SpeechResult", DANGER), ("Digits", "2"), ("Digits", "1"), ("SpeechResult", "symptoms")]
    assert asked(public_line, turn_at(state), *rows).headers["X-Reply-Topic"] == "biopsy"
    answer = asked(public_line, turn_at(state), ("SpeechResult", DANGER), ("SpeechResult", "symptoms"), ("Digits", ""))
    assert answer.headers["X-Reply-Kind"] == "emergency"


def test_a_flood_of_one_turn_is_answered_alike_every_time(public_line: str) -> None:
    path = turn_at(State(CALL, keys=("topic:cure",)))
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: asked(public_line, path, ("Digits", "1")), range(40)))
    assert {answer.headers["X-Reply-Topic"] for answer in answers} == {"cure"}
    assert len({words(answer) for answer in answers}) == 1


def test_ten_thousand_characters_are_answered_at_once(public_line: str) -> None:
    for said in ("a" * 10_000, "um " * 3_333, "don't have " * 900, "lumps in the skin " * 555):
        asked(public_line, turn_at(State(CALL)), ("SpeechResult", said))


@pytest.mark.parametrize("before", [0, 400, 490, 600, 2800])  # a minute's speech is half as long
def test_danger_is_heard_after_a_long_beginning(public_line: str, before: int) -> None:
    said = ("well " * 2000)[:before] + " " + DANGER
    answer = asked(public_line, turn_at(State(CALL)), ("SpeechResult", said))
    assert answer.headers["X-Reply-Kind"] == "emergency"


@pytest.mark.parametrize(
    ("confidence", "kind"),
    [(sent, "answer") for sent in nonsense.ODD_CONFIDENCES if sent != "0x1p-3"]
    + [("0x1p-3", "answer"), ("1e-9", "clarify")],
    ids=lambda value: ascii(value[:12]),
)
def test_a_confidence_that_is_none_is_not_held_against_the_caller(
    public_line: str, rasa: FakeRasa, confidence: str, kind: str
) -> None:
    rasa.understands["that one"] = "cure"
    rows = [("SpeechResult", "that one"), ("Confidence", confidence)]
    assert asked(public_line, turn_at(State(CALL)), *rows).headers["X-Reply-Kind"] == kind


@pytest.mark.parametrize("ours", [text for text in nonsense.ODD_NUMBERS if text], ids=lambda text: ascii(text[:20]))
def test_a_transfer_shows_no_number_that_is_none(public_line: str, ours: str) -> None:
    path = turn_at(State(CALL))
    body = nonsense.encoded([("CallSid", CALL), ("From", ours), ("To", ours), ("Digits", "0")])
    answer = fuzz.exchange(public_line, Attempt("", path, body, nonsense.signature(path, body, TOKEN)))
    dial = ElementTree.fromstring(answer.text).find("Dial")
    valid = ours == "+266696687"  # Twilio's sign for a withheld number has the form of one
    assert dial.get("callerId") == (ours if valid else None)
    assert twiml_lint.faults(answer.text, PUBLIC_URL) == ([] if valid else ["Dial without a caller id"])


@pytest.mark.parametrize("call", [CALL[:-1] + "\x00", "\ud800", CALL + "\r\n", CALL.lower(), " " + CALL, f"{CALL},x"])
def test_a_call_id_with_anything_odd_in_it_is_refused(public_line: str, call: str) -> None:
    body = nonsense.encoded([("CallSid", call)])
    answer = fuzz.exchange(
        public_line, Attempt("", "/calls/start", body, nonsense.signature("/calls/start", body, TOKEN))
    )
    assert (answer.status, answer.text) == (403, "")


@pytest.mark.parametrize("outcome", nonsense.ODD_STATUSES, ids=lambda outcome: ascii(outcome[:20]))
def test_an_outcome_nobody_knows_is_a_transfer_that_failed(public_line: str, content: Content, outcome: str) -> None:
    answer = asked(public_line, "/calls/dialled?state=" + SIGNER.pack(State(CALL)), ("DialCallStatus", outcome))
    assert answer.headers["X-Reply-Kind"] == "transfer"
    first = content.phone.prompts.failed.split("{")[0].replace("|", " ")
    assert " ".join(first.split()) in " ".join(words(answer).split())


# Where a caller is.


STATE = State(CALL, place="topic:biopsy", keys=("topic:cure",) * 3, turns=7)
TOKEN_OF_STATE = SIGNER.pack(STATE)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "%00",
        "%ed%a0%80",
        "." * 1000,
        "A" * 3000,
        TOKEN_OF_STATE[:-1],
        TOKEN_OF_STATE[1:],
        TOKEN_OF_STATE[: TOKEN_OF_STATE.rindex(".")],
        TOKEN_OF_STATE.swapcase(),
        TOKEN_OF_STATE + "A",
        StateSigner("another key").pack(STATE),
        SIGNER.pack(replace(STATE, call=OTHER_CALL)),
        nonsense.packed_long_ago("secret", STATE),
    ],
    ids=lambda token: token[:12] or "none",
)
@pytest.mark.parametrize("digits", ["1", "9", "#"])
def test_a_place_that_is_not_ours_is_the_main_menu(public_line: str, content: Content, token: str, digits: str) -> None:
    answer = asked(public_line, f"/calls/turn?state={token}", ("Digits", digits))
    assert answer.headers["X-Reply-Kind"] == "menu"
    assert all(item.say in words(answer) for item in content.phone.menu)


def test_a_transfer_with_a_place_that_is_not_ours_ends_in_the_main_menu(public_line: str, content: Content) -> None:
    for token in ("", "x", nonsense.packed_long_ago("secret", STATE), SIGNER.pack(replace(STATE, call=OTHER_CALL))):
        answer = asked(public_line, f"/calls/dialled?state={token}", ("DialCallStatus", "busy"))
        assert all(item.say in words(answer) for item in content.phone.menu)


# A call that never ends.


class Clock:
    """Tells the time a test sets."""

    def __init__(self) -> None:
        self.now = datetime.datetime(2026, 3, 4, 12, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now

    def advance(self, minutes: float) -> None:
        self.now += datetime.timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed_caller(rasa: FakeRasa, clock: Clock, new_caller: Callable[..., Caller]) -> Iterator[Caller]:
    with served(Settings(secret_key="secret", root=ROOT), rasa, clock) as address:
        caller = new_caller(address)
        caller.dials()
        yield caller


def is_ended_kindly(caller: Caller) -> bool:
    caller.hears_prompt("long_call")
    return (caller.player.ending, caller.kind) == ("hung up by the line", "goodbye")


def test_star_for_ever_is_ended_kindly(timed_caller: Caller, content: Content) -> None:
    for _ in range(content.phone.limits.turns):
        timed_caller.presses("*")
        assert not timed_caller.player.ending
    timed_caller.presses("*")
    assert is_ended_kindly(timed_caller)


def test_silence_and_words_count_like_keys(timed_caller: Caller, content: Content) -> None:
    acts = (timed_caller.stays_silent, lambda: timed_caller.presses("*"), lambda: timed_caller.says("privacy"))
    for turn in range(content.phone.limits.turns):
        acts[turn % 3]()
    timed_caller.says("repeat")
    assert is_ended_kindly(timed_caller)


def test_an_hour_is_ended_kindly(timed_caller: Caller, clock: Clock, content: Content) -> None:
    clock.advance(content.phone.limits.minutes - 0.1)
    timed_caller.presses("2")
    timed_caller.hears_answer("symptoms")
    clock.advance(0.2)
    timed_caller.presses("1")
    assert is_ended_kindly(timed_caller)


@pytest.mark.parametrize(("said", "kind"), [(DANGER, "emergency"), ("i want to die", "crisis"), ("goodbye", "goodbye")])
def test_danger_is_heard_after_the_longest_time(timed_caller: Caller, clock: Clock, said: str, kind: str) -> None:
    clock.advance(600)
    timed_caller.says(said)
    assert timed_caller.kind == kind
    if kind != "goodbye":
        assert timed_caller.player.waiting
        timed_caller.presses("*")
        assert is_ended_kindly(timed_caller)


def test_distress_is_heard_after_the_longest_time(timed_caller: Caller, clock: Clock, rasa: FakeRasa) -> None:
    rasa.understands["i am so frightened"] = "distress"
    clock.advance(600)
    timed_caller.says("i am so frightened")
    assert timed_caller.kind == "distress"
    timed_caller.says("yes")
    assert timed_caller.player.ringing


def test_a_person_is_one_key_away_after_the_longest_time_but_not_for_ever(
    timed_caller: Caller, clock: Clock, content: Content
) -> None:
    clock.advance(600)
    for _ in range(content.phone.limits.transfers):
        timed_caller.presses("0")
        assert timed_caller.player.ringing.number == twiml_lint.HELPLINE
        timed_caller.transfer_ends("busy")
        timed_caller.hears_prompt("busy")
    timed_caller.presses("0")
    assert is_ended_kindly(timed_caller)


def test_within_its_time_a_call_may_be_put_through_more_often(timed_caller: Caller, content: Content) -> None:
    for _ in range(content.phone.limits.transfers + 2):
        timed_caller.presses("0")
        timed_caller.transfer_ends("no-answer")
    assert timed_caller.player.waiting


# What every reply says to browsers and caches.


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("GET", "/health/ready", 200),
        ("GET", "/phone", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/calls/start", 405),
        ("POST", "/calls/start", 403),
        ("POST", "/calls/turn?state=x", 403),
        ("POST", "/calls/dialled", 403),
        ("POST", "/calls/status", 403),
        ("PUT", "/health/live", 405),
    ],
)
def test_every_reply_is_kept_by_nobody_and_shown_in_no_frame(
    public_line: str, method: str, path: str, status: int
) -> None:
    reply = requests.request(method, public_line + path)
    assert reply.status_code == status
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["X-Frame-Options"] == "DENY"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert not {"Set-Cookie", "Access-Control-Allow-Origin"} & reply.headers.keys()


def test_twiml_and_refusals_of_size_have_the_same_headers(public_line: str) -> None:
    spoken = asked(public_line, "/calls/start")
    assert spoken.headers.keys() >= fuzz.HARDENED
    assert spoken.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert signed(public_line, "/calls/status").headers.keys() >= fuzz.HARDENED
    too_large = signed(public_line, form={**FORM, "SpeechResult": "a" * 70_000})
    assert (too_large.status_code, too_large.content) == (413, b"")
    assert too_large.headers.keys() >= fuzz.HARDENED


@pytest.mark.parametrize("path", ["/phone", "/phone/page.js", "/phone/responses/biopsy.yml", "/phone/nothing"])
def test_the_page_has_headers_of_its_own_and_no_frame(local_line: str, path: str) -> None:
    reply = requests.get(local_line + path)
    assert reply.headers.keys() >= fuzz.HARDENED
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert "unsafe" not in reply.headers["Content-Security-Policy"]


def test_a_stranger_is_told_nothing_of_how_words_were_understood(public_line: str) -> None:
    answer = asked(public_line, turn_at(State(CALL)), ("SpeechResult", "symptoms"))
    assert not {"X-Reply-Detail", "X-Reply-File"} & answer.headers.keys()
