"""What counts as a key, as words, and as silence."""

import pytest

from ivr.hearing import LONGEST, Heard, heard, spoken_key
from ivr.relayed import relayed


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, Heard()),
        ({"Digits": "", "SpeechResult": ""}, Heard()),
        ({"SpeechResult": " \t\n"}, Heard()),
        ({"SpeechResult": "\x00\x0b\x1f"}, Heard()),
        ({"Digits": "2"}, Heard(key="2")),
        ({"Digits": "#"}, Heard(key="#")),
        ({"Digits": "22"}, Heard(key="2")),
        ({"Digits": "2", "SpeechResult": "hello"}, Heard(key="2")),
        ({"SpeechResult": "Does it hurt?"}, Heard(words="Does it hurt?")),
        ({"SpeechResult": "does\x0bit\ud800hurt"}, Heard(words="does it hurt")),
        ({"SpeechResult": "a" * 10_000}, Heard(words="a" * LONGEST)),
    ],
)
def test_a_form_is_heard_as(form: dict[str, str], expected: Heard) -> None:
    assert heard(form) == expected


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Two.", "2"),
        ("press 2", "2"),
        ("option two", "2"),
        ("I pressed six", "6"),
        ("zero", "0"),
        ("star", "*"),
        ("hash", "#"),
        ("The second one.", "2"),
        ("22", ""),
        ("two weeks", ""),
        ("a", ""),
        ("", ""),
    ],
)
def test_a_key_can_be_named(words: str, key: str) -> None:
    assert spoken_key(words) == key


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("this is relay, the caller has typed does the biopsy hurt go ahead", "does the biopsy hurt"),
        ("Relay UK here. They say can it be cured, GA", "can it be cured"),
        ("relay assistant the user asks how long is the scan", "how long is the scan"),
        ("what are the side effects go ahead", "what are the side effects"),
        ("what are the side effects g a", "what are the side effects"),
        ("caller typed: i want to speak to a nurse, go ahead please", "i want to speak to a nurse"),
        ("go ahead", "go ahead"),
        ("relay here the caller says good morning go ahead", "relay here the caller says good morning go ahead"),
        ("hello this is relay uk", "hello this is relay uk"),
        ("she says it hurts at night", "she says it hurts at night"),
        ("do you think i should just go ahead", "do you think i should just go ahead"),
        ("should i go ahead with the treatment", "should i go ahead with the treatment"),
    ],
)
def test_what_a_relay_assistant_reads_out_is_the_callers(said: str, typed: str) -> None:
    assert relayed(said) == typed
