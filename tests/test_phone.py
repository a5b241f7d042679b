"""The telephone in the browser, used in a real one: Debian's Chromium, led by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ivr.content import Content
from tests.fakes import FakeRasa
from tests.test_player import CASES

CHROMIUM = shutil.which("chromium")
CASE_PLAYER = (Path(__file__).parent / "phone_cases.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs the package chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def open_phone(browser: Browser) -> Iterator[Callable[..., "Phone"]]:
    """Return what opens the page at an address; any error on the page's console fails the test."""
    opened: list[Phone] = []

    def open_phone(address: str, **context: Any) -> Phone:
        page = browser.new_context(**{"viewport": {"width": 1100, "height": 900}} | context).new_page()
        opened.append(Phone(page, address))
        return opened[-1]

    yield open_phone
    faults = [fault for phone in opened for fault in phone.faults]
    for phone in opened:
        phone.page.context.close()
    assert not faults


@pytest.fixture
def phone(open_phone: Callable[..., "Phone"], local_line: str) -> "Phone":
    return open_phone(local_line)


class Phone:
    """A person at the page. Its clock is ours: a test waits for no voice."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda entry: self.faults.append(entry.text) if entry.type == "error" else None)
        page.clock.install()
        page.goto(f"{address}/phone")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def calls(self) -> None:
        self.button("Call").click()
        self.until("listening")

    def until(self, state: str, seconds: int = 240) -> None:
        """Let the page's time pass until it is in ``state``."""
        for _ in range(seconds * 2):
            if self.state == state:
                return
            self.page.clock.run_for(500)
        raise AssertionError(f"still {self.state} after {seconds} s, not {state}: {self.captions}")

    @property
    def state(self) -> str:
        return self.page.evaluate("document.body.dataset.state")

    @property
    def captions(self) -> list[str]:
        return self.page.locator("#captions p").all_inner_texts()

    def presses(self, key: str) -> None:
        self.page.locator(f'[data-key="{key}"]').click()

    def says(self, words: str) -> None:
        self.page.get_by_label("Say something").fill(words)
        self.button("Say it").click()

    def hears(self, text: str) -> None:
        """Let time pass until the captions hold ``text``, breaths aside."""
        for _ in range(480):
            if plain(text) in plain(" ".join(self.captions)):
                return
            self.page.clock.run_for(500)
        raise AssertionError(f"{text!r} was not in {self.captions}")

    def has_no_barrier(self) -> None:
        results = Axe().run(self.page, options={"runOnly": WCAG})
        assert results.violations_count == 0, results.generate_report()


def plain(text: str) -> str:
    return " ".join(text.replace("|", " ").split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_page_follows_the_rules_of_the_player(case: dict[str, Any], phone: Phone) -> None:
    found = phone.page.evaluate(CASE_PLAYER, {"pages": case["pages"], "acts": case["do"]})
    phone.faults = [fault for fault in phone.faults if "inline style" not in fault]  # Chromium's own, on XML it refuses
    assert {name: found[name] for name in case["expect"]} == case["expect"]


def test_a_call_by_keys(phone: Phone, content: Content) -> None:
    phone.calls()
    phone.presses("2")
    phone.hears("You: Pressed 2")
    phone.hears(content.answers["symptoms"].parts[0].text)
    phone.until("listening")
    phone.button("Hang up").click()
    assert phone.state == "ended"
    expect(phone.page.get_by_role("status").first).to_have_text("You hung up")
    expect(phone.button("Call again")).to_be_focused()


def test_a_call_by_words(phone: Phone, content: Content, rasa: FakeRasa) -> None:
    rasa.understands["does the biopsy hurt"] = "biopsy"
    phone.calls()
    phone.says("does the biopsy hurt")
    phone.hears("You: “does the biopsy hurt”")
    phone.hears(content.answers["biopsy"].parts[0].text)
    expect(phone.page.get_by_label("Say something")).to_have_value("")


def test_a_key_interrupts_the_voice(phone: Phone, content: Content) -> None:
    phone.button("Call").click()
    phone.until("speaking")
    menu_end = "For something else, press 6."
    phone.presses("2")
    phone.hears(content.answers["symptoms"].parts[0].text)
    phone.until("listening")
    before_answer = plain(" ".join(phone.captions)).split("You: Pressed 2")[0]
    assert menu_end not in before_answer, "the menu went on after the key"


def test_a_key_is_lost_while_nothing_can_be_interrupted(phone: Phone) -> None:
    phone.calls()
    phone.says("she can't breathe")
    phone.hears("call 999 now")
    spoken_to = len(phone.captions)
    phone.presses("2")
    assert "You: Pressed 2" not in phone.captions
    phone.until("listening")
    assert len(phone.captions) >= spoken_to


def test_silence_runs_into_the_time_of_the_gather(phone: Phone, content: Content) -> None:
    phone.calls()
    shown = phone.page.locator("#seconds-left")
    expect(shown).to_have_text(f"The line listens for {content.phone.listening.menu_timeout} more seconds")
    phone.page.clock.run_for(1000 * (content.phone.listening.menu_timeout - 1))
    assert phone.state == "listening"
    phone.page.clock.run_for(1000)
    phone.hears(content.phone.prompts.silence[0].split(".")[0])


def test_who_types_is_not_silent(phone: Phone) -> None:
    phone.calls()
    phone.page.get_by_label("Say something").fill("does it")
    phone.page.clock.run_for(120_000)
    assert phone.state == "listening"


@pytest.mark.parametrize(
    ("button", "prompt"),
    [("Busy", "busy"), ("No answer", "no_answer")],
)
def test_a_transfer_that_fails_comes_back(phone: Phone, content: Content, button: str, prompt: str) -> None:
    phone.calls()
    phone.presses("0")
    phone.until("transfer")
    expect(phone.page.locator("#transfer")).to_contain_text("Helpline, 0808 800 6000")
    phone.has_no_barrier()
    phone.button(button).click()
    phone.hears(getattr(content.phone.prompts, prompt).split(".")[0].split("{")[0])
    phone.until("listening")


def test_a_transfer_is_answered(phone: Phone, content: Content) -> None:
    phone.calls()
    phone.presses("0")
    phone.until("transfer")
    phone.button("Answered").click()
    assert phone.state == "talking"
    phone.has_no_barrier()
    phone.page.clock.run_for(120_000)
    assert phone.state == "talking", "a conversation is not cut off"
    phone.button("The Helpline hangs up").click()
    phone.hears(content.phone.prompts.completed.split(".")[0])


def test_a_transfer_rings_out_by_itself(phone: Phone, content: Content) -> None:
    phone.calls()
    phone.presses("0")
    phone.until("transfer")
    phone.page.clock.run_for(31_000)
    phone.hears(content.phone.prompts.no_answer.split(".")[0].split("{")[0])


def test_rasa_down_leaves_keys_and_a_person(phone: Phone, content: Content, rasa: FakeRasa) -> None:
    phone.calls()
    rasa.is_down = True
    phone.says("what is ect")
    phone.hears(content.phone.prompts.keys_only.split("{")[0].split(".")[0])
    phone.until("listening")
    phone.presses("0")
    phone.until("transfer")


def test_a_line_that_fails_is_told_plainly(phone: Phone) -> None:
    phone.calls()
    phone.page.route("**/calls/turn*", lambda route: route.fulfill(status=500))
    phone.presses("2")
    phone.until("ended")
    expect(phone.page.get_by_role("status").first).to_contain_text("The call failed")
    phone.has_no_barrier()
    phone.faults.clear()  # Chromium logs the reply we faked


def test_the_keyboard_is_enough(phone: Phone, content: Content) -> None:
    keyboard = phone.page.keyboard
    keyboard.press("Tab")  # the Helpline's number
    for _ in range(3):
        if phone.page.evaluate("document.activeElement.id") == "call":
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    phone.until("listening")
    keyboard.press("2")
    phone.hears(content.answers["symptoms"].parts[0].text)
    phone.until("listening")
    keyboard.press("#")
    phone.until("listening")
    keyboard.press("0")
    phone.until("transfer")
    expect(phone.button("Answered")).to_be_focused()
    keyboard.press("Enter")
    assert phone.state == "talking"


def test_the_keys_of_the_keyboard_can_be_switched_off(phone: Phone) -> None:
    phone.calls()
    phone.page.get_by_label("The keys 0 to 9").uncheck()
    phone.page.keyboard.press("2")
    assert "You: Pressed 2" not in phone.captions


def test_digits_in_the_text_field_are_text(phone: Phone) -> None:
    phone.calls()
    phone.page.get_by_label("Say something").press_sequentially("2 lumps")
    assert "You: Pressed 2" not in phone.captions


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_is_cut_off_on_any_screen(open_phone: Callable[..., Phone], local_line: str, width: int) -> None:
    phone = open_phone(local_line, viewport={"width": width, "height": 800})
    phone.calls()
    phone.page.locator("#inspector > summary").click()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = phone.page.locator("button:visible").evaluate_all(
        "buttons => buttons.map(({offsetWidth, offsetHeight}) => Math.min(offsetWidth, offsetHeight))"
    )
    assert min(sizes) >= 44


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_without_barriers(open_phone: Callable[..., Phone], local_line: str, scheme: str) -> None:
    phone = open_phone(local_line, color_scheme=scheme, reduced_motion="reduce")
    phone.has_no_barrier()
    phone.button("Call").click()
    phone.until("speaking")
    phone.has_no_barrier()
    phone.until("listening")
    phone.presses("2")
    phone.until("listening")
    phone.page.locator("#inspector > summary").click()
    phone.button("Copy as test story").click()
    phone.has_no_barrier()
    phone.button("Mute").click()
    phone.button("Hang up").click()
    phone.has_no_barrier()


def test_the_inspector_shows_each_turn_and_where_its_words_are(phone: Phone, rasa: FakeRasa) -> None:
    rasa.understands["the thing"] = [("biopsy", 0.9), ("tests", 0.05)]
    phone.calls()
    phone.says("the thing")
    phone.until("listening")
    phone.page.locator("#inspector > summary").click()
    turn = phone.page.locator("#turns > li").last
    for shown in ("POST /calls/turn", "SpeechResult=the thing", "biopsy 0.90, tests 0.05 (1 reading)", "200 in"):
        expect(turn).to_contain_text(shown)
    link = turn.get_by_role("link", name="responses/biopsy.yml")
    assert phone.page.request.get(link.evaluate("link => link.href")).text().startswith("responses:")


def test_a_call_is_copied_as_test_stories(open_phone: Callable[..., Phone], line: str) -> None:
    phone = open_phone(line, permissions=["clipboard-read", "clipboard-write"])
    phone.calls()
    phone.presses("2")
    phone.until("listening")
    for words in ("does the punch biopsy hurt", "how long does electrochemotherapy take", "will it hurt"):
        phone.says(words)
        phone.until("listening")
    phone.page.locator("#inspector > summary").click()
    phone.button("Copy as test story").click()
    expect(phone.page.locator("#copied")).to_contain_text("Copied")
    copied = phone.page.evaluate("navigator.clipboard.readText()")
    assert "# pressed 2: answer symptoms" in copied
    stories = yaml.safe_load(copied)["stories"]
    assert [step for story in stories for step in story["steps"] if "action" in step] == [
        {"action": "utter_biopsy"},
        {"action": "utter_ect_duration"},
        {"action": "utter_ect_pain"},
    ]
    assert stories[2]["steps"][0] == {"slot_was_set": [{"about": "ect"}]}
    assert stories[2]["steps"][1] == {"user": "will it hurt\n", "intent": "does_it_hurt"}


class TestVoice:
    """What is spoken aloud: the browser's voices are stood in for, as no machine of ours has any."""

    VOICES = """
        const voices = [{name: "Sam", lang: "en-US", voiceURI: "sam"}, {name: "Amy", lang: "en-GB", voiceURI: "amy"}];
        window.said = [];
        window.cancelled = 0;
        const speech = {
            getVoices: () => voices, cancel: () => { cancelled += 1; },
            addEventListener: (name, hear) => { window.listVoicesAgain = hear; },
            speak: (words) => {
                said.push([words.voice.name, words.text, words.rate, words.volume]);
                setTimeout(() => { words.onstart(); words.onend(); }, 100);
            },
        };
        Object.defineProperty(window, "speechSynthesis", {value: speech});
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        window.SpeechRecognition = class {
            start() {
                if (window.isSpeaking) return;
                const heard = [{transcript: "does it hurt", confidence: 0.42}];
                setTimeout(() => { this.onresult({results: [heard]}); this.onend(); }, 100);
            }
        };
    """

    @pytest.fixture
    def speaking_phone(self, browser: Browser, local_line: str) -> Iterator[Phone]:
        context = browser.new_context()
        context.add_init_script(self.VOICES)
        yield Phone(context.new_page(), local_line)
        context.close()

    def test_a_british_voice_speaks_with_substitutions_and_rate(self, speaking_phone: Phone, rasa: FakeRasa) -> None:
        rasa.understands["the number"] = "helpline_number"
        speaking_phone.calls()
        assert speaking_phone.page.evaluate("said.map(([name]) => name).every((name) => name === 'Amy')")
        speaking_phone.page.evaluate("said.length = 0")
        speaking_phone.says("the number")
        speaking_phone.until("listening")
        said = speaking_phone.page.evaluate("said")
        rates = {text: rate for _, text, rate, _ in said}
        assert not [text for text in rates if "0808" in text], "the number is spoken digit by digit"
        number = next(rate for text, rate in rates.items() if "0 8 0 8, 8 0 0, 6 0 0 0" in text)
        assert number < rates["Breast Cancer Now's Helpline is free to call."]
        assert {volume for *_, volume in said} == {0.8}

    def test_muted_and_silent_voices_go_on_in_captions(self, speaking_phone: Phone) -> None:
        speaking_phone.button("Mute").click()
        speaking_phone.calls()
        assert speaking_phone.page.evaluate("said") == []
        assert any("press 6" in caption for caption in speaking_phone.captions)

    def test_a_key_stops_the_voice_at_once(self, speaking_phone: Phone) -> None:
        speaking_phone.button("Call").click()
        speaking_phone.until("speaking")
        speaking_phone.page.evaluate("cancelled = 0")
        speaking_phone.presses("2")
        assert speaking_phone.page.evaluate("cancelled") > 0

    def test_the_microphone_says_what_the_browser_heard(self, speaking_phone: Phone) -> None:
        speaking_phone.calls()
        sent: list[str] = []
        speaking_phone.page.on("request", lambda request: sent.append(request.post_data or ""))
        speaking_phone.button("Speak").click()
        speaking_phone.hears("You: “does it hurt”")
        assert "SpeechResult=does+it+hurt&Confidence=0.4200" in sent[0]

    def test_who_speaks_into_the_microphone_is_not_silent(self, speaking_phone: Phone) -> None:
        speaking_phone.button("Call").click()
        speaking_phone.until("speaking")
        speaking_phone.page.evaluate("window.isSpeaking = true")
        speaking_phone.button("Speak").click()
        speaking_phone.until("listening")
        speaking_phone.page.clock.run_for(15_000)
        assert speaking_phone.state == "listening", "silence was sent while the caller spoke"

    def test_a_chosen_voice_stays_when_the_browser_lists_its_voices_again(self, speaking_phone: Phone) -> None:
        voice = speaking_phone.page.get_by_label("Voice")
        voice.select_option("No voice: captions only")
        speaking_phone.page.evaluate("listVoicesAgain()")
        expect(voice).to_have_value("")
        speaking_phone.calls()
        assert speaking_phone.page.evaluate("said") == []
