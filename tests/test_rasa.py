"""Whatever Rasa says or fails to say, the line gets a topic or a clean RasaUnavailable."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest

from ivr.rasa import Rasa, RasaUnavailable, Reading
from ivr.settings import Settings
from tests.caller import Caller
from tests.conftest import ROOT, served
from tests.servers import absent, answering, as_json, dripping, hanging

Server = Callable[[], AbstractContextManager[str]]

PARSED = {
    "text": "hello",
    "intent": {"name": "cure", "confidence": 0.7},
    "entities": [],
    "intent_ranking": [{"name": "cure", "confidence": 0.7}, {"name": "lumps", "confidence": 0.1}],
}
LED = {
    "tracker": {"sender_id": "CA1"},
    "messages": [
        {"recipient_id": "CA1", "text": "It can be treated."},
        {"recipient_id": "CA1", "custom": {"kind": "answer", "topic": "cure"}},
    ],
}
BAD: dict[str, Server] = {
    "absent": absent,
    "hanging": hanging,
    "dripping": dripping,
    "slow": partial(answering, 200, as_json(PARSED), delay=4),
    "500": partial(answering, 500, b"oh no"),
    "500 in good shape": partial(answering, 500, as_json({**PARSED, **LED})),
    "404": partial(answering, 404, as_json({"reason": "NotFound"})),
    "html": partial(answering, 200, b"<html>hello</html>"),
    "empty list": partial(answering, 200, b"[]"),
    "empty": partial(answering, 200, b""),
    "null": partial(answering, 200, b"null"),
    "wrong shape": partial(answering, 200, as_json({"intent": "cure", "messages": [{"custom": "x"}]})),
    "no messages": partial(answering, 200, as_json({"messages": []})),
    "only text": partial(answering, 200, as_json({"messages": [{"text": "hello"}]})),
}


def test_a_good_parse_is_a_ranking() -> None:
    with answering(200, as_json(PARSED)) as url:
        assert Rasa(url).parse("hello") == Reading("cure", (("cure", 0.7), ("lumps", 0.1)))


def test_a_good_lead_is_its_topic() -> None:
    with answering(200, as_json(LED)) as url:
        assert Rasa(url).lead("CA1", "cure", "nothing") == "cure"


@pytest.mark.parametrize("server", BAD.values(), ids=BAD)
def test_a_bad_rasa_is_unavailable(server: Server) -> None:
    with server() as url:
        with pytest.raises(RasaUnavailable):
            Rasa(url).parse("hello")
        with pytest.raises(RasaUnavailable):
            Rasa(url).lead("CA1", "cure", "nothing")


def test_what_was_said_is_not_in_the_error() -> None:
    for server in BAD.values():
        with server() as url, pytest.raises(RasaUnavailable) as error:
            Rasa(url).parse("marked-words")
        assert "marked-words" not in str(error.value)
        assert error.value.__cause__ is None


def test_a_sluggish_rasa_costs_a_caller_less_than_three_seconds(new_caller: Callable[..., Caller]) -> None:
    """Slow, but inside the first reading's patience: the second reading and the lead are cut short."""
    doubt = {**PARSED, "intent": {"name": "nlu_fallback", "confidence": 0.5}}
    for parsed, kind in ((PARSED, "answer"), (doubt, "clarify")):
        with (
            answering(200, as_json(parsed), delay=1.3) as url,
            served(Settings(secret_key="s", rasa_url=url, root=ROOT), None) as address,
        ):
            caller = new_caller(address)
            caller.dials()
            caller.presses("2")
            started = time.monotonic()
            caller.says("a question")
            assert time.monotonic() - started < 3
            assert caller.kind == kind


def test_topics_that_only_rasa_knows_leave_keys_and_a_person(new_caller: Callable[..., Caller]) -> None:
    strange = {"name": "of_yesterday", "confidence": 1.0}
    said = {"intent": strange, "intent_ranking": [strange], "messages": [{"custom": {"topic": "of_yesterday"}}]}
    with (
        answering(200, as_json(said)) as url,
        served(Settings(secret_key="s", rasa_url=url, root=ROOT), None) as address,
    ):
        caller = new_caller(address)
        caller.dials()
        caller.says("a question")
        assert caller.kind == "rephrase"
        caller.presses("2")
        caller.hears_answer("symptoms")
        caller.presses("0")
        assert caller.player.ringing


@pytest.mark.parametrize("server", BAD.values(), ids=BAD)
def test_callers_are_served_within_three_seconds_whatever_rasa_does(
    server: Server, new_caller: Callable[..., Caller]
) -> None:
    with server() as url, served(Settings(secret_key="s", rasa_url=url, root=ROOT), None) as address:
        caller = new_caller(address)
        caller.dials()
        for act, kind in ((partial(caller.presses, "2"), "answer"), (partial(caller.says, "a question"), "degraded")):
            started = time.monotonic()
            act()
            assert time.monotonic() - started < 3
            assert caller.kind == kind
            if kind == "answer":
                caller.hears_answer("symptoms")
        caller.presses("0")
        assert caller.player.ringing
