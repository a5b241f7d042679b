"""What the telephone in the browser says aloud and hears.

Its voices and its recogniser are stood in for, as no machine of ours has any.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ivr.content import Content
from tests.fakes import FakeRasa
from tests.phone import Phone

VOICES = """
    const voices = [{name: "Sam", lang: "en-US", voiceURI: "sam"}, {name: "Amy", lang: "en-GB", voiceURI: "amy"}];
    let speaking = null;
    window.said = [];
    window.isLate = false; // this voice begins when nobody waits for it any more
    window.talkedOver = 0; // how often it then did
    window.isEndless = false; // its end is never told
    const settle = (tell) => {
        const words = speaking;
        speaking = null;
        clearTimeout(words?.timer);
        words?.[tell]?.();
    };
    const speech = {
        getVoices: () => voices,
        addEventListener: (name, hear) => { window.listVoicesAgain = hear; },
        cancel: () => settle("onerror"),
        speak: (words) => {
            said.push([words.voice.name, words.text, words.rate, words.volume]);
            speaking = words;
            if (isLate) {
                words.timer = setTimeout(() => { talkedOver += 1; }, 4000);
                return;
            }
            words.timer = setTimeout(() => {
                words.onstart();
                if (!isEndless) words.timer = setTimeout(() => settle("onend"), 400);
            }, 100);
        },
    };
    Object.defineProperty(window, "speechSynthesis", {value: speech});
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };

    window.ears = []; // every recogniser that was opened: {state, hears(words), fails(error)}
    window.SpeechRecognition = class {
        start() {
            this.state = "open";
            ears.push(this);
        }
        hears(transcript, confidence = 0.42) {
            this.onresult({results: [[{transcript, confidence}]]});
            this.end("ended");
        }
        fails(error) {
            this.onerror({error});
            this.end("failed");
        }
        stop() { this.end("stopped"); }
        abort() {
            this.onerror({error: "aborted"});
            this.end("aborted");
        }
        end(state) {
            this.state = state;
            setTimeout(() => this.onend());
        }
    };
"""


@pytest.fixture
def phone(open_phone: Callable[..., Phone], local_line: str) -> Phone:
    return open_phone(local_line, script=VOICES)


def said(phone: Phone) -> list[str]:
    return [words for _, words, _, _ in phone.page.evaluate("said")]


def ears(phone: Phone) -> list[str]:
    """Return the state of every recogniser that the page opened."""
    return phone.page.evaluate("ears.map((ear) => ear.state)")


def test_a_british_voice_speaks_with_substitutions_and_rate(phone: Phone, rasa: FakeRasa) -> None:
    rasa.understands["the number"] = "helpline_number"
    phone.calls()
    assert {name for name, *_ in phone.page.evaluate("said")} == {"Amy"}
    phone.page.evaluate("said.length = 0")
    phone.says("the number")
    phone.until("listening")
    spoken = phone.page.evaluate("said")
    rates = {text: rate for _, text, rate, _ in spoken}
    assert not [text for text in rates if "0808" in text], "the number is spoken digit by digit"
    number = next(rate for text, rate in rates.items() if "0 8 0 8, 8 0 0, 6 0 0 0" in text)
    assert number < rates["Breast Cancer Now's Helpline is free to call."]
    assert {volume for *_, volume in spoken} == {0.8}


def test_a_muted_line_goes_on_in_captions(phone: Phone) -> None:
    phone.button("Mute the line").click()
    phone.calls()
    assert said(phone) == []
    assert any("press 6" in caption for caption in phone.captions)


def test_muting_within_a_sentence_loses_no_caption(phone: Phone) -> None:
    phone.button("Call").click()
    phone.until("speaking")
    phone.button("Mute the line").click()
    spoken = said(phone)
    phone.until("listening")
    assert said(phone) == spoken != []
    assert any("press 6" in caption for caption in phone.captions)
    expect(phone.page.get_by_label("Voice")).to_have_value("amy")


def test_a_key_stops_the_voice_at_once(phone: Phone) -> None:
    phone.button("Call").click()
    phone.until("speaking")
    greeting = said(phone)[-1]
    phone.presses("2")
    phone.until("listening")
    after = said(phone)[said(phone).index(greeting) + 1]
    assert after.startswith("About symptoms"), "the greeting went on after the key"


def test_a_voice_that_does_not_begin_gives_way_to_captions(phone: Phone) -> None:
    phone.page.evaluate("isLate = true")
    phone.calls()
    assert len(said(phone)) == 1, "it was asked again"
    assert "This voice does not speak: the call goes on in captions" in phone.captions
    expect(phone.page.get_by_label("Voice")).to_have_value("")
    assert any("press 6" in caption for caption in phone.captions)
    assert phone.page.evaluate("talkedOver") == 0


def test_a_voice_whose_end_is_never_told_is_not_waited_for(phone: Phone) -> None:
    phone.page.evaluate("isEndless = true")
    phone.button("Call").click()
    phone.until("listening", seconds=600)
    assert len(said(phone)) > 5


def test_a_chosen_voice_stays_when_the_browser_lists_its_voices_again(phone: Phone) -> None:
    voice = phone.page.get_by_label("Voice")
    voice.select_option("No voice: captions only")
    phone.page.evaluate("listVoicesAgain()")
    expect(voice).to_have_value("")
    phone.calls()
    assert said(phone) == []


def test_the_microphone_says_what_the_browser_heard(phone: Phone) -> None:
    phone.calls()
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(request.post_data or ""))
    phone.button("Speak").click()
    expect(phone.button("Speak")).to_have_attribute("aria-pressed", "true")
    phone.page.evaluate("ears[0].hears('does it hurt')")
    phone.hears("You: “does it hurt”")
    assert "SpeechResult=does+it+hurt&Confidence=0.4200" in sent[0]
    phone.until("listening")
    expect(phone.button("Speak")).to_have_attribute("aria-pressed", "false")


def test_the_microphone_interrupts_the_line_and_keeps_it_listening(phone: Phone, content: Content) -> None:
    phone.button("Call").click()
    phone.until("speaking")
    phone.hears("Keys work too")
    phone.button("Speak").click()
    spoken = said(phone)
    phone.page.clock.run_for(60_000)
    assert phone.state == "listening", "silence was sent while the caller spoke"
    assert said(phone) == spoken, "the line spoke into the microphone"
    phone.page.evaluate("ears[0].fails('no-speech')")
    phone.hears("The microphone heard nothing (no-speech)")
    phone.hears(content.phone.prompts.silence[0].split(".")[0])  # its time runs again


def test_the_microphone_is_shut_while_the_line_must_be_heard(phone: Phone) -> None:
    phone.calls()
    phone.says("she can't breathe")
    phone.hears("call 999 now")
    phone.button("Speak").click()
    assert ears(phone) == []
    assert "The line is not listening now: wait until it is" in phone.captions


def test_a_key_closes_the_microphone(phone: Phone) -> None:
    phone.calls()
    phone.button("Speak").click()
    phone.presses("2")
    phone.until("listening")
    assert ears(phone) == ["aborted"]
    assert not [caption for caption in phone.captions if "microphone" in caption], "nothing went wrong"


def test_hanging_up_closes_the_microphone(phone: Phone) -> None:
    phone.calls()
    phone.button("Speak").click()
    phone.button("Hang up").click()
    assert ears(phone) == ["aborted"]
    phone.button("Call again").click()
    phone.page.evaluate("ears[0].onresult({results: [[{transcript: 'late', confidence: 1}]]})")
    phone.until("listening")
    assert "You: “late”" not in phone.captions
