"""A person at the telephone in the browser."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Phone:
    """A person at the page. Its clock is ours: a test waits for no voice."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda entry: self.faults.append(entry.text) if entry.type == "error" else None)
        page.clock.install()
        page.goto(f"{address}/phone")
        self._stop_the_clock()

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
            self._wait()
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
            self._wait()
        raise AssertionError(f"{text!r} was not in {self.captions}")

    def _wait(self) -> None:
        """Let half a second of the page's time pass; the line thinks in real time, so then a moment of that."""
        if self.state in ("thinking", "ringing-out"):
            self.page.wait_for_timeout(20)
        if self.state != "thinking":
            self.page.clock.run_for(500)

    def _stop_the_clock(self) -> None:
        """Let time pass only when we say so: installed alone, the clock goes on by itself."""
        self.page.clock.pause_at(self.page.evaluate("Date.now()") / 1000 + 5)

    def has_no_barrier(self) -> None:
        self.page.clock.resume()  # axe waits for timers of its own
        results = Axe().run(self.page, options={"runOnly": WCAG})
        self._stop_the_clock()
        assert results.violations_count == 0, results.generate_report()


def plain(text: str) -> str:
    return " ".join(text.replace("|", " ").split())
