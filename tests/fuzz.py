"""Calls a line with valid turns and every sort of nonsense: ``python -m tests.fuzz --requests 10000 --seed 1``.

The line has a token, a Rasa that understands at random and a clock that jumps, so that calls reach their longest time
and the Helpline closes. One seed is one run, but for the tokens' own time and the calls' random parts.
"""

import argparse
import datetime
import io
import itertools
import logging
import random
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import get_args
from urllib.parse import urlsplit

from flask import Response

from ivr.content import Content
from ivr.content_files import load
from ivr.guard import harden
from ivr.hours import parse as parse_hours
from ivr.rasa import RasaUnavailable, Reading
from ivr.reply import Kind
from ivr.settings import Settings
from ivr.state import StateSigner
from tests import twiml_lint
from tests.conftest import PUBLIC_URL, ROOT, served
from tests.fakes import FakeRasa
from tests.nonsense import KEY, MARK, NUMBER, OURS, TOKEN, Answer, Attempt, Nonsense, decoded

HARDENED = {*harden(Response()).headers.keys()} - {*Response().headers.keys()}
CRASH = "was put through after"


class Fault(Exception):
    """The line did what it must not; the message holds what, and the request."""


class Unforeseen(Exception):
    """What a Rasa does that nobody thought of."""


class ErraticRasa(FakeRasa):
    """Understands at random, is sometimes away, and sometimes breaks in a way nobody foresaw."""

    def __init__(self, dice: random.Random, topics: list[str]) -> None:
        super().__init__()
        self._dice = dice
        self._topics = [*topics, "nlu_fallback", "a_topic_of_tomorrow"]

    def parse(self, words: str, patience: float = 1) -> Reading:
        self._stumble(words)
        shares = sorted((self._dice.random() ** 2 for _ in range(self._dice.randint(1, 10))), reverse=True)
        ranking = tuple((self._dice.choice(self._topics), share) for share in shares)
        return Reading(ranking[0][0], ranking, self._dice.random())

    def lead(self, call: str, intent: str, about: str) -> str:
        self._stumble(intent)
        return intent if self._dice.random() < 0.9 else self._dice.choice(self._topics)

    def _stumble(self, words: str) -> None:
        dice = self._dice.random()
        if dice < 0.1:
            raise RasaUnavailable("away")
        if dice < 0.12:
            raise Unforeseen(words)  # the message tells what was said, and must not be logged


class JumpingClock:
    """Tells a time that goes on by itself between two requests."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._now = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self._now

    def go_on(self) -> None:
        """Let some seconds pass, and now and then a good part of an hour."""
        self._now += datetime.timedelta(seconds=self._dice.choice((1, 2, 5, 20, 60)))
        if self._dice.random() < 0.01:
            self._now += datetime.timedelta(minutes=40)


def exchange(address: str, attempt: Attempt) -> Answer:
    """Send ``attempt`` and return what comes back."""
    place = urlsplit(address)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        if attempt.raw:
            return _exchange_raw(connection, attempt.raw)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | attempt.headers
        connection.request(attempt.method, attempt.path, attempt.body, headers)
        reply = connection.getresponse()
        return Answer(reply.status, dict(reply.getheaders()), reply.read().decode())
    except TimeoutError:
        return Answer(504, {}, "no answer in time")
    except (ConnectionError, HTTPException):  # a server may hang up on too much
        return Answer(0, {}, "")
    finally:
        connection.close()


def _exchange_raw(connection: HTTPConnection, request: bytes) -> Answer:
    connection.connect()
    connection.sock.sendall(request)
    with suppress(OSError):  # it may have hung up already
        connection.sock.shutdown(socket.SHUT_WR)
    reply = b"".join(iter(lambda: connection.sock.recv(65_536), b"")).decode("latin-1")
    status = re.match(r"HTTP/1\.\d (\d{3}) ", reply)
    return Answer(int(status[1]) if status else 0, {}, reply if status else "")


def faults(attempt: Attempt, answer: Answer) -> Iterator[str]:
    """Yield what is wrong with ``answer``."""
    if answer.status >= 500:
        yield f"status {answer.status}"
    for secret in (TOKEN, KEY):
        if secret in answer.text or secret in str(answer.headers):
            yield "a secret in the reply"
    dialled = re.findall(r"<(?:Number|Sip|Client)\b[^>]*>([^<]*)", answer.text)
    if set(dialled) - {twiml_lint.HELPLINE}:
        yield f"dials {dialled}"
    if attempt.owed == "speak":
        yield from _speech_faults(attempt, answer)
    if attempt.owed == "take" and answer.status != 204:
        yield f"status {answer.status}, not 204"
    if attempt.owed == "refuse" and not (answer.status == 0 or 400 <= answer.status < 500):
        yield f"let in with status {answer.status}"
    if attempt.owed == "refuse" and ("<Response" in answer.text if attempt.raw else answer.text):
        yield "a stranger got words"
    if not attempt.raw and answer.status and (missing := HARDENED - answer.headers.keys()):
        yield f"no {sorted(missing)}"


def _speech_faults(attempt: Attempt, answer: Answer) -> Iterator[str]:
    if answer.status != 200:
        yield f"status {answer.status} to a rightly signed request"
        return
    has_our_number = decoded(attempt.body).get("To") == OURS
    for fault in twiml_lint.faults(answer.text, PUBLIC_URL, (*attempt.said, MARK, NUMBER[1:])):
        if has_our_number or fault != "Dial without a caller id":
            yield fault
    if answer.headers.get("X-Reply-Kind") not in get_args(Kind):
        yield f"kind {answer.headers.get('X-Reply-Kind')!r}"
    if MARK in answer.text:
        yield "what was said is in the reply"
    for token in re.findall(r"state=([^\"<&]+)", answer.text):
        if not (state := StateSigner(KEY).unpack(token, decoded(attempt.body)["CallSid"])):
            yield "leads to a token that is none"
        elif MARK in repr(state) or NUMBER[1:] in repr(state):
            yield "what was said is in the state"


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """Collect all that is logged inside, at every level."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.handlers[:] = kept
        root.setLevel(level)


def log_faults(log: str, call: str) -> Iterator[str]:
    """Yield what must not stand in the ``log`` of one request in ``call``, and does."""
    for name, hidden in (("token", TOKEN), ("key", KEY), ("caller's words", MARK), ("caller's number", NUMBER[1:])):
        if hidden in log:
            yield f"the {name} was logged"
    if "state=" in log:
        yield "an address with its state was logged"
    if call in log:
        yield "a call's id was logged"
    if log.count(CRASH) > log.count(f"{CRASH} {Unforeseen.__name__}"):
        yield f"broke: {log}"


@contextmanager
def line(dice: random.Random, helpline_number: str) -> Iterator[tuple[str, JumpingClock]]:
    """Serve a line that everything may happen to."""
    content: Content = load(ROOT / "responses")
    settings = Settings(
        secret_key=KEY,
        auth_token=TOKEN,
        public_url=PUBLIC_URL,
        helpline_number=helpline_number,
        openings=tuple(parse_hours("Mon-Fri 09:00-17:00")),
        root=ROOT,
    )
    clock = JumpingClock(dice)
    with served(settings, ErraticRasa(dice, list(content.answers)), clock) as address:
        yield address, clock


def run(requests: int, seed: int, helpline_number: str = twiml_lint.HELPLINE) -> Counter[str]:
    """Send ``requests``, and return how often each sort of request got each sort of reply; raise Fault at the first."""
    dice = random.Random(seed)  # noqa: S311 - the same seed, the same run
    counts: Counter[str] = Counter()
    nonsense = Nonsense(dice)
    with _log() as log, line(dice, helpline_number) as (address, clock):
        for number, (walk, attempt) in enumerate(itertools.islice(nonsense.attempts(), requests), start=1):
            answer = exchange(address, attempt)
            found = [*faults(attempt, answer), *log_faults(_taken(log), walk.call)]
            if found:
                raise Fault(_described(number, attempt, answer, found))
            counts[f"{attempt.sort}: {answer.status} {answer.headers.get('X-Reply-Kind', '')}".rstrip()] += 1
            if attempt.owed == "speak":
                nonsense.follow(walk, answer)
            clock.go_on()
        if exchange(address, Attempt("is alive", "/health/live", method="GET")).status != 200:
            raise Fault("the line does not live any more")
    return counts


def _taken(log: io.StringIO) -> str:
    """Return what was logged since the last time."""
    written = log.getvalue()
    log.seek(0)
    log.truncate()
    return written


def _described(number: int, attempt: Attempt, answer: Answer, found: list[str]) -> str:
    return (
        f"request {number}, of one who {attempt.sort}: {'; '.join(found)}\n"
        f"{attempt.method} {attempt.path}\n{attempt.headers}\n{(attempt.raw or attempt.body)[:3000]!r}\n"
        f"got {answer.status} {answer.headers}\n{answer.text[:3000]}"
    )


def main() -> int:
    """Run as the command line says; print counts, or the fault and the seed that finds it again."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.monotonic()
    try:
        counts = run(asked.requests, asked.seed)
    except Fault as fault:
        print(f"seed {asked.seed}: {fault}", file=sys.stderr)
        return 1
    for sort, count in sorted(counts.items()):
        print(f"{count:6} {sort}")
    seconds = time.monotonic() - started
    print(f"{asked.requests} requests, seed {asked.seed}, {seconds:.0f} seconds: no fault.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
