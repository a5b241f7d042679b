"""Whatever is sent, the line answers as it should: properties, and a sample of `make fuzz`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from ivr.content import Content
from ivr.hearing import LONGEST, heard
from ivr.player import Outcome, Player
from ivr.settings import Settings
from ivr.state import State, StateSigner
from tests import fuzz, nonsense, twiml_lint
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, served
from tests.fakes import FakeRasa
from tests.fuzz import Fault
from tests.nonsense import Answer, Attempt

CALL = "CA" + "0" * 32
SIGNER = StateSigner("secret")
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'

calm = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])

any_text = st.text(st.characters())  # of all of Unicode, lone surrogates too
speakable = st.text(min_size=1).filter(str.strip)
places = st.sampled_from(
    ("menu", "menu.4", "topic:symptoms", "topic:symptoms:1", "clarify:cure:ect", "topic:emergency")
)
states = st.builds(
    State,
    call=st.text(),
    place=st.text(),
    keys=st.lists(st.text(), max_size=6).map(tuple),
    yes=st.text(),
    more=st.text(),
    trail=st.lists(st.text(), max_size=8).map(tuple),
    others=st.lists(st.text(), max_size=2).map(tuple),
    slow=st.booleans(),
    silences=st.integers(0),
    misses=st.integers(0),
    dials=st.integers(0),
    turns=st.integers(0),
    began=st.integers(),
)


@dataclass(frozen=True)
class House:
    """A line that outlives one example, and its Rasa."""

    address: str
    rasa: FakeRasa
    content: Content


@pytest.fixture(scope="module")
def house(content: Content) -> Iterator[House]:
    rasa = FakeRasa()
    line = Settings(secret_key="secret", auth_token=TOKEN, public_url=PUBLIC_URL, root=ROOT)
    with served(line, rasa) as address:
        yield House(address, rasa, content)


# What was heard, and where a caller is.


@calm
@given(st.dictionaries(st.sampled_from(("Digits", "SpeechResult", "Confidence", "Other")), any_text))
def test_whatever_comes_is_heard_as_a_key_or_words_or_silence(form: dict[str, str]) -> None:
    said = heard(form)
    assert len(said.key) <= 1
    assert len(said.words) <= LONGEST
    assert not (said.key and said.words)
    assert said.clarity is None or 0 < said.clarity <= 1


@calm
@given(st.text())
def test_no_text_but_our_own_is_a_state(text: str) -> None:
    assert SIGNER.unpack(text, CALL) is None


@calm
@given(states)
def test_any_state_comes_back_as_it_went_and_to_its_own_call_alone(state: State) -> None:
    token = SIGNER.pack(state)
    assert SIGNER.unpack(token, state.call) == state
    assert SIGNER.unpack(token, state.call + "x") is None


@calm
@given(states, st.data())
def test_a_state_with_any_letter_changed_is_none_or_the_same(state: State, data: st.DataObject) -> None:
    token = SIGNER.pack(state)
    index = data.draw(st.integers(0, len(token) - 1))
    changed = token[:index] + data.draw(st.characters(codec="utf-8")) + token[index + 1 :]
    assert SIGNER.unpack(changed, state.call) in (None, state)  # the last letter has bits that mean nothing


# What is answered.


def spoken(house: House, place: str, rows: nonsense.Rows) -> tuple[Attempt, Answer]:
    """Send ``rows`` as Twilio would, from a caller at ``place``."""
    path = "/calls/turn?state=" + SIGNER.pack(State(CALL, place, keys=("topic:cure",) * 6))
    body = nonsense.encoded([("CallSid", CALL), ("From", nonsense.NUMBER), ("To", nonsense.OURS), *rows])
    attempt = Attempt("says", path, body, nonsense.signature(path, body, TOKEN), owed="speak")
    return attempt, fuzz.exchange(house.address, attempt)


@settings(calm, max_examples=150)
@given(any_text, places, st.sampled_from(("", "0.9", "nan")))
def test_any_words_get_wellformed_words_and_stand_in_no_address(
    house: House, words: str, place: str, confidence: str
) -> None:
    rows = [("SpeechResult", f"{nonsense.MARK} {words}"), ("Confidence", confidence)]
    _, answer = spoken(house, place, rows)
    assert answer.status == 200
    assert not twiml_lint.faults(answer.text, PUBLIC_URL, (words, nonsense.MARK, nonsense.NUMBER[1:]))
    assert nonsense.MARK not in answer.text
    assert answer.headers.keys() >= fuzz.HARDENED


@settings(calm, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(("Digits", "SpeechResult", "Confidence", "DialCallStatus")), any_text)))
def test_any_fields_however_often_get_wellformed_words(house: House, rows: nonsense.Rows) -> None:
    _, answer = spoken(house, "topic:symptoms", rows)
    assert answer.status == 200
    assert not twiml_lint.faults(answer.text, PUBLIC_URL)


# A call, whatever its caller does.

acts = st.one_of(
    st.tuples(st.just("presses"), st.sampled_from(nonsense.KEYS)),
    st.tuples(st.just("says"), st.one_of(st.sampled_from(nonsense.WORDS), speakable)),
    st.tuples(st.just("is understood"), st.sampled_from(("cure", "how_long", "outside_leaflet", "goodbye"))),
    st.tuples(st.just("stays silent"), st.just("")),
    st.tuples(st.just("Rasa"), st.sampled_from(("down", "up"))),
)


def act(caller: Caller, rasa: FakeRasa, what: str, which: str, outcome: Outcome) -> None:
    """Let ``caller`` do one thing; where a transfer rings, all that can happen is its end."""
    if what == "Rasa":
        rasa.is_down = which == "down"
    elif caller.player.ringing:
        caller.transfer_ends(outcome)
    elif what == "presses":
        caller.presses(which)
    elif what == "says":
        caller.says(which)
    elif what == "is understood":
        rasa.understands["that one"] = which
        caller.says("that one")
    else:
        caller.stays_silent()


@settings(calm, max_examples=60)
@given(st.lists(acts, max_size=15), st.sampled_from(nonsense.OUTCOMES))
def test_whatever_a_caller_does_there_are_words_and_a_way_on(
    house: House, script: list[tuple[str, str]], outcome: Outcome
) -> None:
    house.rasa.is_down = False
    caller = Caller(Player(house.address, PUBLIC_URL, TOKEN), house.content)
    caller.dials()
    for what, which in script:
        act(caller, house.rasa, what, which, outcome)
        assert caller.last_words
        if caller.player.ending:
            assert (caller.player.ending, caller.kind) == ("hung up by the line", "goodbye")
            return
        assert caller.player.waiting or caller.player.ringing.number == twiml_lint.HELPLINE


# The run of `make fuzz`.


def test_a_sample_of_the_fuzz_run_finds_no_fault() -> None:
    counts = fuzz.run(500, seed=1)
    sorts = {sort.partition(":")[0] for sort in counts}
    assert len(sorts) == 21, sorts
    assert sum(counts.values()) == 500


def test_the_fuzz_run_finds_a_line_that_dials_another_number() -> None:
    with pytest.raises(Fault, match=r"dials \['\+15550100000'\]"):
        fuzz.run(200, seed=1, helpline_number="+15550100000")


def test_the_fuzz_run_names_its_request_and_is_the_same_with_the_same_seed() -> None:
    def fault() -> str:
        with pytest.raises(Fault) as found:
            fuzz.run(200, seed=3, helpline_number="+15550100000")
        return str(found.value).partition("\n")[0]

    assert fault() == fault()
    assert fault().startswith("request ")


SPEAK = Attempt("says", "/calls/turn", nonsense.encoded([("CallSid", CALL), ("To", nonsense.OURS)]), owed="speak")
GOOD = Answer(
    200,
    dict.fromkeys(fuzz.HARDENED, "x") | {"X-Reply-Kind": "goodbye"},
    TWIML.format('<Say voice="Polly.Amy-Neural" language="en-GB">Goodbye.</Say><Hangup/>'),
)


def test_the_fuzz_run_takes_a_good_reply() -> None:
    assert not list(fuzz.faults(SPEAK, GOOD))


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, status=500),
        replace(GOOD, status=302),
        replace(GOOD, status=0, text=""),
        replace(GOOD, text=GOOD.text[:-3]),
        replace(GOOD, text=TWIML.format("<Hangup/><Say>late</Say>")),
        replace(GOOD, text=TWIML.format("")),
        replace(GOOD, headers=GOOD.headers | {"X-Reply-Kind": "nonsense"}),
        replace(GOOD, headers={"X-Reply-Kind": "goodbye"}),
        replace(GOOD, headers=GOOD.headers | {"X-Debug": nonsense.TOKEN}),
        replace(GOOD, text=GOOD.text.replace("Goodbye", nonsense.MARK)),
        replace(GOOD, text=GOOD.text.replace("<Hangup/>", f"<Redirect>{PUBLIC_URL}/calls/turn?state=x</Redirect>")),
        replace(GOOD, text=GOOD.text.replace("<Hangup/>", "<Redirect>https://evil.example.org/</Redirect>")),
    ],
)
def test_the_fuzz_run_finds_a_bad_reply(bad: Answer) -> None:
    assert list(fuzz.faults(SPEAK, bad))


def test_the_fuzz_run_finds_a_stranger_let_in() -> None:
    refused = Answer(403, GOOD.headers, "")
    forged = replace(SPEAK, owed="refuse")
    assert not list(fuzz.faults(forged, refused))
    assert list(fuzz.faults(forged, replace(refused, text="words")))
    assert list(fuzz.faults(forged, replace(refused, status=200)))
    assert list(fuzz.faults(replace(forged, owed="take"), refused))


@pytest.mark.parametrize(
    "log",
    [
        f"token {nonsense.TOKEN}",
        f"key {nonsense.KEY}",
        f"said {nonsense.MARK}",
        f"From={nonsense.NUMBER[1:]}",
        "POST /calls/turn?state=x",
        f"call {CALL}",
        f"call 1234 {fuzz.CRASH} KeyError",
    ],
)
def test_the_fuzz_run_finds_what_must_not_be_logged(log: str) -> None:
    assert list(fuzz.log_faults(log, CALL))
    assert not list(fuzz.log_faults(f"call 1234 {fuzz.CRASH} Unforeseen", CALL))


def test_a_token_of_long_ago_is_right_but_for_its_age() -> None:
    token = nonsense.packed_long_ago("secret", State(CALL))
    assert URLSafeTimedSerializer("secret", salt="ivr.state").loads(token) == {"call": CALL}
    assert SIGNER.unpack(token, CALL) is None
