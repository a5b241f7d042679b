"""How replies are rendered: pauses, hard words, numbers, speed."""

from xml.etree import ElementTree

import pytest

from ivr.content import Content
from ivr.reply import Reply, Said
from ivr.twiml import Links, Speaker, spell_number
from ivr.verbs import text_of
from tests.twiml_lint import HELPLINE, faults

BASE = "https://line.example.org"
LINKS = Links(f"{BASE}/calls/turn", f"{BASE}/calls/dialled", HELPLINE, "+442079460000")


@pytest.fixture
def speaker(content: Content) -> Speaker:
    return Speaker(content.phone, content.lexicon.respelt, ("biopsy", "CT scan"))


def say(speaker: Speaker, *texts: str, **how: bool) -> ElementTree.Element:
    reply = Reply("answer", tuple(Said(text) for text in texts))
    root = ElementTree.fromstring(speaker.speak(reply, LINKS, **how))
    found = root.find(".//Say")
    assert found is not None
    return found


def test_hard_words_are_respelt_and_stay_readable(speaker: Speaker, content: Content) -> None:
    for term, alias in content.lexicon.respelt.items():
        said = say(speaker, f"Ask about {term}.")
        assert [sub.get("alias") for sub in said.iter("sub")] == [alias]
        assert text_of(said) == f"Ask about {term}."


def test_a_hard_word_within_another_word_is_left_alone(speaker: Speaker) -> None:
    assert not list(say(speaker, "Direct contact, and 9990 things.").iter("sub"))


def test_a_phone_number_is_spelt_slowly_with_its_groups(speaker: Speaker, content: Content) -> None:
    said = say(speaker, "Call 0808 800 6000, free.")
    (sub,) = said.iter("sub")
    assert sub.get("alias") == "0 8 0 8, 8 0 0, 6 0 0 0"
    assert content.phone.voice.number_rate in [span.get("rate") for span in said.iter("prosody")]
    assert text_of(said) == "Call 0808 800 6000, free."
    assert spell_number("01632 960001") == "0 1 6 3 2, 9 6 0 0 0 1"


def test_pauses_stand_between_items_and_before_press(speaker: Speaker, content: Content) -> None:
    reply = Reply("menu", (Said("Main menu."), Said("For tests, | press 1.", item=True), Said("Or ask.")))
    breaks = [b.get("time") for b in ElementTree.fromstring(speaker.speak(reply, LINKS)).iter("break")]
    voice = content.phone.voice
    assert breaks == [f"{voice.item_pause}ms", f"{voice.press_pause}ms", f"{voice.breath}ms"]


def test_after_a_key_the_phone_gets_time_to_reach_the_ear(speaker: Speaker, content: Content) -> None:
    first = say(speaker, "Hello.", after_key=True)[0]
    assert (first.tag, first.get("time")) == ("break", f"{content.phone.voice.after_key}ms")
    assert say(speaker, "Hello.")[0].tag == "prosody"


def test_what_looks_like_markup_is_only_text(speaker: Speaker) -> None:
    assert text_of(say(speaker, "Fish & chips <Dial>0808</Dial>.")) == "Fish & chips <Dial>0808</Dial>."


@pytest.mark.parametrize("then", ["listen", "dial", "hang_up"])
def test_every_ending_passes_the_lint(speaker: Speaker, then: str) -> None:
    reply = Reply("answer", (Said("Hello."),), first_pass="First.", then=then)  # type: ignore[arg-type]
    assert faults(speaker.speak(reply, LINKS), BASE) == []


def test_every_patience_has_its_timeout(speaker: Speaker, content: Content) -> None:
    for patience in ("menu", "open", "wait"):
        reply = Reply("answer", (Said("Hello."),), patience=patience)
        gather = ElementTree.fromstring(speaker.speak(reply, LINKS)).find("Gather")
        assert gather is not None
        assert gather.get("timeout") == str(getattr(content.phone.listening, f"{patience}_timeout"))
