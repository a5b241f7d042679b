"""The trustees' report: calls over HTTP become true figures on a page that needs nothing else and names nobody."""

import csv
import datetime
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser
from sqlalchemy import insert

from ivr import create_app
from ivr.call_log import CallLog
from ivr.cli import main
from ivr.content import Content
from ivr.database import connect, migrate, outcomes, turns
from ivr.hours import UK
from ivr.logged_calls import Period, calls_in
from ivr.player import Player
from ivr.report import write
from ivr.settings import Settings
from scoring.line import served as served_app
from tests.caller import Caller
from tests.conftest import ROOT
from tests.fakes import FakeRasa

SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Page(HTMLParser):
    """A page's tables by caption, its words, and every address in it."""

    source: str
    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    words: str = ""
    _row: list[str] = field(default_factory=list)
    _table: list[list[str]] = field(default_factory=list)
    _caption: str = ""
    _tag: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        if tag == "tr":
            self._row = []
        if tag in ("th", "td"):
            self._row.append("")
        if tag == "table":
            self._table = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._table.append(self._row)
        if tag == "table":
            self.tables[self._caption] = {row[0]: row[1:] for row in self._table[1:]}
        self._tag = ""

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._tag == "caption":
            self._caption = data
        if self._tag in ("th", "td"):
            self._row[-1] += data

    def drawings(self) -> list[ElementTree.Element]:
        return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", self.source, re.DOTALL)]


def reported(address: str, folder: Path, since: str = "7d") -> tuple[Page, list[list[str]]]:
    """Run ``ivr report`` and return its page and the rows of its CSV."""
    command = ["report", "--since", since, "--out", str(folder)]
    done = CliRunner().invoke(main, command, env={"DATABASE_URL": address})
    assert done.exit_code == 0, done.output
    assert done.output.split() == [str(folder / "calls.html"), str(folder / "calls.csv")]
    rows = list(csv.reader((folder / "calls.csv").read_text(encoding="utf-8-sig").splitlines()))
    return Page((folder / "calls.html").read_text(encoding="utf-8")), rows


# Calls over HTTP.


def asks(caller: Caller) -> None:
    caller.says("does it hurt")
    caller.presses("*")


def is_asked_back(caller: Caller) -> None:
    caller.says("in doubt")
    caller.presses("1")


def is_put_through(caller: Caller) -> None:
    caller.presses("2")
    caller.presses("0")
    caller.transfer_ends("completed")


def is_not_understood(caller: Caller) -> None:
    caller.says("flugelbinder Quackenbush")


def hangs_up(caller: Caller) -> None:
    pass


def finds_it_busy(caller: Caller) -> None:
    caller.presses("0")
    caller.transfer_ends("busy")


CALLS = [
    *[asks] * 7,
    *[is_asked_back] * 6,
    *[is_put_through] * 9,
    *[is_not_understood] * 5,
    *[hangs_up] * 8,
    finds_it_busy,
]


@pytest.fixture(scope="module")
def address(content: Content, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a database of CALLS made just now."""
    address = f"sqlite:///{tmp_path_factory.mktemp('log')}/calls.db"
    log = CallLog(Settings(root=ROOT, database_url=address))
    rasa = FakeRasa()
    rasa.understands = {
        "does it hurt": [("biopsy", 0.8)],
        "in doubt": [("nlu_fallback", 0.5), ("biopsy", 0.3), ("lumps", 0.2)],
    }
    with served_app(create_app(Settings(secret_key="s", root=ROOT), rasa, watchers=[log])) as line:
        for act in CALLS:
            caller = Caller(Player(line, caller="+447700900987"), content)
            caller.dials()
            act(caller)
            ended = {"CallSid": caller.player.call, "CallStatus": "completed", "CallDuration": "84"}
            requests.post(f"{line}/calls/status", ended)
    log.close()
    return address


@pytest.fixture(scope="module")
def report(address: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Page, list[list[str]]]:
    return reported(address, tmp_path_factory.mktemp("report"))


def test_the_five_rates_are_those_of_the_calls_and_explained(report: tuple[Page, list[list[str]]]) -> None:
    page, _ = report
    assert "36 calls" in page.words
    assert page.tables["The five rates"] == {
        "Answered": ["22", "61 %"],
        "Reached a person": ["9", "25 %"],
        "Clarified": ["6", "17 %"],
        "No answer found": ["5", "14 %"],
        "Hung up early": ["13", "36 %"],
    }
    for meaning in ("at least one answer from the leaflet", "telephone was picked up", "Wrong numbers are among them"):
        assert meaning in page.words


def test_where_calls_end_and_how_they_went_is_told(report: tuple[Page, list[list[str]]]) -> None:
    page, _ = report
    ends = page.tables["Where calls end"]
    assert ends["in the greeting"] == ["8", "22 %"]
    assert ends["in a list of choices"] == ["not shown", ""], "else the small ones, together none, could be worked out"
    assert ends["when words were not understood"] == ["5", "14 %"]
    assert ends["put through, or told it is closed"] == ["10", "28 %"]
    assert ends["after help in danger or distress"] == ["fewer than 5", ""]
    paths = page.tables["Paths"]
    assert paths["answer → a person"] == ["9", "25 %"]
    assert paths["A or B? → answer"] == ["6", "17 %"]
    assert "a person" not in paths, "one call alone went there"
    assert page.tables["Topics"] == {"the punch biopsy": ["13", "36 %"], "symptoms of skin metastases": ["9", "25 %"]}


def test_the_page_names_its_period_and_time_zone(report: tuple[Page, list[list[str]]]) -> None:
    page, _ = report
    today = datetime.datetime.now(UK)
    first = today.date() - datetime.timedelta(days=7)
    assert f"<title>Calls to the line, {first:%-d %B %Y} to {today:%-d %B %Y}" in page.source
    assert "UK time (Europe/London)" in page.words
    assert len(page.tables["Calls by day"]) == 8


def test_the_page_needs_nothing_from_elsewhere(report: tuple[Page, list[list[str]]]) -> None:
    page, _ = report
    assert not re.findall(
        r"<(script|link|img|iframe|object|audio|video)\b|@import|url\(|\bon\w+=|src=|href=", page.source
    )
    assert set(re.findall(r"https?://[^\s\"'<]+", page.source)) == {"http://www.w3.org/2000/svg"}


def test_every_chart_is_named_described_and_has_its_table_beside_it(report: tuple[Page, list[list[str]]]) -> None:
    page, _ = report
    assert len(page.drawings()) == len(page.tables) == 6
    for drawing, (caption, table) in zip(page.drawings(), page.tables.items(), strict=True):
        assert drawing.get("role") == "img"
        assert drawing.findtext(f"{SVG}title") == caption
        description = drawing.findtext(f"{SVG}desc") or ""
        assert all(f"{name}: {cells[0]}" in description for name, cells in table.items())
        assert len(drawing.findall(f".//{SVG}g[@class='series bars']/{SVG}rect")) == len(table)


def test_the_csv_says_the_same_and_no_more(report: tuple[Page, list[list[str]]]) -> None:
    page, rows = report
    told = {caption: {} for caption in page.tables}
    for table, name, count, percent in rows[3:]:
        told[table][name] = [count, f"{percent} %" if percent else ""]
    assert told == page.tables
    assert rows[2] == ["All calls", "", "36", ""]


def test_no_small_count_and_nothing_of_a_caller_is_in_either(report: tuple[Page, list[list[str]]]) -> None:
    page, rows = report
    counts = [cells[0] for table in page.tables.values() for cells in table.values()]
    assert not [count for count in counts if count.isdecimal() and int(count) < 5]
    for mark in ("Quackenbush", "flugelbinder", "7700900987"):
        assert mark not in page.source
        assert mark not in repr(rows)


def test_the_page_is_accessible_in_light_and_dark(address: str, browser: Browser, tmp_path: Path) -> None:
    reported(address, tmp_path)
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((tmp_path / "calls.html").as_uri())
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert len(asked) == 1
        page.close()


# Figures by hand.


def log_of(folder: Path, began: list[datetime.datetime]) -> str:
    """Keep a call of the greeting alone for each time in ``began`` (UTC)."""
    address = f"sqlite:///{folder}/calls.db"
    engine = connect(address)
    migrate(engine)
    turn = {"how": "start", "kind": "menu", "topic": "", "sureness": "none", "milliseconds": 10}
    with engine.begin() as connection:
        if began:
            connection.execute(insert(turns), [{"call": str(n), "at": at, **turn} for n, at in enumerate(began)])
    engine.dispose()
    return address


def test_few_calls_are_not_told_apart(tmp_path: Path) -> None:
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    page, rows = reported(log_of(tmp_path, [now] * 9), tmp_path)
    assert not page.tables
    assert "fewer than 10 calls begun" in page.words
    assert rows[2:] == [["All calls", "", "fewer than 10", ""]]


def test_an_empty_log_has_a_report(tmp_path: Path) -> None:
    page, _ = reported(f"sqlite:///{tmp_path}/new/calls.db", tmp_path)
    assert "fewer than 10" in page.words


def test_hours_and_days_are_those_of_the_uk_in_summer_too(tmp_path: Path) -> None:
    late = datetime.datetime(2026, 7, 1, 23, 30)  # 00:30 on 2 July in London
    engine = connect(log_of(tmp_path, [late] * 20 + [datetime.datetime(2026, 7, 2, 14, 0)] * 30))
    period = Period.of_days(2, datetime.datetime(2026, 7, 3, 12, tzinfo=UK))
    write(tmp_path, calls_in(engine, period), period, {})
    page = Page((tmp_path / "calls.html").read_text())
    assert page.tables["Calls by day"]["Thu 2 Jul"][0] == "not shown", (
        "the other days, none of them, could be worked out"
    )
    hours = {name: cells[0] for name, cells in page.tables["Hours of the day"].items()}
    assert (hours["00:00 to 00:59"], hours["15:00 to 15:59"]) == ("not shown", "30")
    assert hours["23:00 to 23:59"] == hours["14:00 to 14:59"] == "fewer than 5"
    engine.dispose()


def test_the_period_begins_and_ends_where_it_says(tmp_path: Path) -> None:
    period = Period.of_days(1, datetime.datetime(2026, 7, 3, 12, tzinfo=UK))
    inside = [datetime.datetime(2026, 7, 1, 23, 0), datetime.datetime(2026, 7, 3, 11, 0)]
    outside = [datetime.datetime(2026, 7, 1, 22, 59), datetime.datetime(2026, 7, 3, 11, 1)]
    engine = connect(log_of(tmp_path, inside + outside))
    assert len(calls_in(engine, period)) == len(inside)
    engine.dispose()


def test_a_call_that_began_before_the_period_is_not_half_counted(tmp_path: Path) -> None:
    address = log_of(tmp_path, [datetime.datetime(2026, 7, 1, 22, 59)])
    engine = connect(address)
    later = {"call": "0", "at": datetime.datetime(2026, 7, 1, 23, 1), "how": "key", "kind": "answer", "topic": "biopsy"}
    with engine.begin() as connection:
        connection.execute(insert(turns), [{**later, "sureness": "none", "milliseconds": 10}])
        connection.execute(insert(outcomes), [{"call": "0", "at": later["at"], "outcome": "call_completed"}])
    assert calls_in(engine, Period.of_days(1, datetime.datetime(2026, 7, 3, 12, tzinfo=UK))) == []
    engine.dispose()


@pytest.mark.parametrize("since", ["7", "0d", "-1d", "7w", "99999d"])
def test_a_period_that_cannot_be_read_is_named(since: str) -> None:
    done = CliRunner().invoke(main, ["report", "--since", since], env={"DATABASE_URL": "off"})
    assert done.exit_code == 2
    assert "write 7d" in done.output
