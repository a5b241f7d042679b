"""The telephone in the browser, used in a real one: Debian's Chromium. Its voice has test_phone_voice.py."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Route, expect

from ivr.content import Content
from ivr.reply import Reply, Said
from ivr.twiml import Links, Speaker
from tests.conftest import ROOT
from tests.fakes import FakeRasa
from tests.phone import Phone, plain
from tests.test_player import CASES

CASE_PLAYER = (Path(__file__).parent / "phone_cases.js").read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_page_follows_the_rules_of_the_player(case: dict[str, Any], phone: Phone) -> None:
    found = phone.page.evaluate(CASE_PLAYER, {"pages": case["pages"], "acts": case["do"]})
    phone.faults = [fault for fault in phone.faults if "inline style" not in fault]  # Chromium's own, on XML it refuses
    assert {name: found[name] for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("act", ["press('1')", "interrupt()"])
def test_what_a_gather_still_had_to_say_is_dropped(phone: Phone, act: str) -> None:
    spoken, listens = phone.page.evaluate(
        """async (act) => {
            const { Player } = await import("/phone/player.js");
            const page = '<Response><Gather action="/next"><Say>One</Say><Say>Two</Say></Gather></Response>';
            let hush = () => {};
            const speak = () => new Promise((done) => { hush = done; });
            const post = async () => ({ ok: true, text: page });
            const player = new Player({ address: location.origin, post, speak, rest: speak, hush: () => hush() });
            player.dial();
            while (!player.waiting) await null;
            act === "interrupt()" ? player.interrupt() : player.press("1");
            for (let moment = 0; moment < 100; moment += 1) await null; // long enough for a second Say to begin
            return [player.spoken.map(({ text }) => text), player.waiting !== null];
        }""",
        act,
    )
    assert (spoken, listens) == (["One"], True)


def test_a_breath_is_a_whole_sentence(phone: Phone) -> None:
    breaths = phone.page.evaluate(
        """async () => {
            const { breathsOf } = await import("/phone/ssml.js");
            const say = document.createElement("div");
            say.textContent = 'It is 0.5 at 9.30. See "nhs.uk." (As said.) Rest!';
            return breathsOf(say).map((breath) => breath.shown);
        }"""
    )
    assert breaths == ["It is 0.5 at 9.30.", 'See "nhs.uk."', "(As said.)", "Rest!"]


def test_no_word_is_lost_between_the_line_and_the_voice(phone: Phone, content: Content) -> None:
    speaker = Speaker(content.phone, content.lexicon.respelt, ())
    links = Links("https://l.org/t", "https://l.org/d", "+448088006000", "+442079460000")
    tricky = ("It is 0.5 or 9.30.", 'See "nhs.uk." Then (as said.) Rest!', "No point", "Call 0808 800 6000, free.")
    texts = [*tricky, *(part.text for answer in content.answers.values() for part in answer.parts)]
    documents = [speaker.speak(Reply("answer", (Said(text),)), links) for text in texts]
    lost = phone.page.evaluate(
        """async (documents) => {
            const [{ breathsOf }, { textOf }] = [await import("/phone/ssml.js"), await import("/phone/verbs.js")];
            const bare = (words) => words.replace(/\\s/g, "");
            const says = documents.map((xml) => new DOMParser().parseFromString(xml, "text/xml").querySelector("Say"));
            const shown = (say) => breathsOf(say).map((breath) => breath.shown ?? "").join("");
            return says.filter((say) => bare(shown(say)) !== bare(textOf(say))).map(textOf);
        }""",
        documents,
    )
    assert lost == []


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
    danger = phone.captions[-1]
    phone.presses("2")
    phone.until("listening")
    assert phone.captions[-2].startswith(danger), "the key cut the words off"
    assert "You: Pressed 2" not in phone.captions


def test_silence_runs_into_the_time_of_the_gather(phone: Phone, content: Content) -> None:
    phone.calls()
    shown = phone.page.locator("#countdown p")
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


def test_words_typed_while_nothing_listens_are_kept(phone: Phone) -> None:
    phone.calls()
    phone.says("she can't breathe")
    phone.hears("call 999 now")
    phone.says("does it hurt")
    expect(phone.page.get_by_label("Say something")).to_have_value("does it hurt")
    assert "The line is not listening now: wait until it is" in phone.captions
    assert "You: “does it hurt”" not in phone.captions


@pytest.mark.parametrize("chord", ["Alt+#", "Control+Alt+#"])
def test_a_hash_typed_as_british_macs_and_others_must(phone: Phone, chord: str) -> None:
    phone.calls()
    *modifiers, key = chord.split("+")
    event = {f"{name.lower().replace('control', 'ctrl')}Key": True for name in modifiers} | {
        "key": key,
        "bubbles": True,
    }
    phone.page.locator("body").dispatch_event("keydown", event)
    phone.hears("You: Pressed #")


def test_commands_of_the_browser_press_no_key(phone: Phone) -> None:
    phone.calls()
    for modifier in ("altKey", "ctrlKey", "metaKey"):
        phone.page.locator("body").dispatch_event("keydown", {"key": "2", "bubbles": True, modifier: True})
    assert "You: Pressed 2" not in phone.captions


def test_who_types_keeps_the_focus(phone: Phone) -> None:
    phone.calls()
    field = phone.page.get_by_label("Say something")
    phone.says("can I speak to a person")
    field.focus()
    phone.until("transfer")
    expect(field).to_be_focused()
    phone.page.clock.run_for(31_000)
    expect(field).to_be_focused()


def test_a_line_that_never_answers_is_given_up(phone: Phone) -> None:
    phone.calls()
    phone.page.route("**/calls/turn*", lambda route: None)
    phone.presses("2")
    phone.page.clock.run_for(14_000)
    assert phone.state == "thinking"
    phone.page.clock.run_for(1_500)
    phone.hears("the line did not answer within 15 seconds")
    assert phone.state == "ended"


def test_who_hangs_up_while_the_line_thinks_can_call_again(phone: Phone, content: Content) -> None:
    phone.calls()
    held: list[Route] = []
    phone.page.route("**/calls/turn*", lambda route: held.append(route))  # the line thinks for as long as we like
    with phone.page.expect_request("**/calls/turn*"):
        phone.presses("2")
    phone.button("Hang up").click()
    phone.button("Call again").click()
    expect(phone.page.locator("#timer")).to_have_text("0:00")
    with phone.page.expect_response("**/calls/turn*"):
        held[0].continue_()
    phone.until("listening")
    assert plain(content.answers["symptoms"].parts[0].text) not in plain(" ".join(phone.captions)), "of the call before"
    expect(phone.page.locator("#turns > li")).to_have_count(1)


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
    phone.button("Mute the line").click()
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


def test_a_call_is_copied_as_test_stories(open_phone: Callable[..., Phone], line: str, tmp_path: Path) -> None:
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
    assert copied.index("# pressed 2") < copied.index("punch biopsy") < copied.index("will it hurt"), "as it happened"
    stories = yaml.safe_load(copied)["stories"]
    assert [step for story in stories for step in story["steps"] if "action" in step] == [
        {"action": "utter_biopsy"},
        {"action": "utter_ect_duration"},
        {"action": "utter_ect_pain"},
    ]
    assert stories[2]["steps"][0] == {"slot_was_set": [{"about": "ect"}]}
    assert stories[2]["steps"][1] == {"user": "will it hurt\n", "intent": "does_it_hurt"}
    folder = tmp_path / "copied"
    folder.mkdir()
    (folder / "test_copied.yml").write_text(copied)
    ran = subprocess.run([ROOT / "scripts" / "stories", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3 test stories passed", "Rasa's own test runs what was copied"
