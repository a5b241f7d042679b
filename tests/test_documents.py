"""What the documents name is there: tests, files, commands and settings; and their figures are README's."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.settings import read
from tests.conftest import ROOT

README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
HAZARDS = ROOT / "docs" / "hazards.md"
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)

MADE = ("build/", "models/")  # made here, not written: the code must name them
FOLDERS = (*MADE, ".ci/", *(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."))
LIKELIHOODS = ("Very high", "High", "Medium", "Low", "Very low")


def in_code(text: str) -> Iterator[str]:
    """Yield what stands in code: fenced blocks, then spans."""
    yield from re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.M | re.S)
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S))


def words_in_code(document: Path) -> set[str]:
    code = " ".join(in_code(document.read_text()))
    return {word.strip(".,:;()[]{}\"'") for word in re.split(r"[\s|=]+", code)}


@cache
def sources() -> str:
    """Return all that is neither a document nor this test, in one text."""
    named = ["Makefile", "docker-compose.yml", "config.yml", "endpoints.yml", "endpoints-redis.yml"]
    globs = (
        "ivr/*.py",
        "scoring/*.py",
        "bench/*.py",
        "nlu/components/*.py",
        "teaching/*.py",
        "scripts/*",
        "docker/*",
        "tests/*.py",
    )
    paths = [*(ROOT / name for name in named), *(path for glob in globs for path in sorted(ROOT.glob(glob)))]
    return "\n".join(path.read_text() for path in paths if path.is_file() and path != Path(__file__))


def is_test(name: str) -> bool:
    """Tell whether ``file.py::Class::test`` is there; the class may be left out."""
    file, *scopes, test = name.split("::")
    if not (ROOT / file).is_file():
        return False
    text = (ROOT / file).read_text()
    return all(re.search(rf"^class {scope}\b", text, re.M) for scope in scopes) and bool(
        re.search(rf"^{'    ' if scopes else ''}(async )?def {test}\(", text, re.M)
    )


def is_path(name: str) -> bool:
    """Tell whether a file or folder is there: any topic for <topic>; made ones are named by the code."""
    fixed = re.split(r"[*<]", name)[0]
    if name.startswith(MADE):
        made = fixed.rstrip("/").removesuffix(".1.log")
        return made in sources() or re.search(rf"[\"']{re.escape(made.split('/')[-1])}(?!\w)", sources()) is not None
    return bool(list(ROOT.glob(re.sub(r"<\w+>", "*", name).rstrip("/"))))


def is_known(name: str) -> bool:
    return re.search(rf"\b{name}\b", sources()) is not None


def anchors(document: Path) -> set[str]:
    """Return the anchors GitHub makes of headings."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def is_link(document: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    aim = (document.parent / file).resolve() if file else document
    return aim.exists() and (not anchor or anchor in anchors(aim))


def missing(names: Iterable[str], is_there: Callable[[str], object]) -> list[str]:
    return sorted(name for name in set(names) if not is_there(name))


@each_document
def test_every_test_that_is_named_is_there(document: Path) -> None:
    assert not missing(re.findall(r"tests/[\w/]+\.py(?:::\w+)+", document.read_text()), is_test)


@each_document
def test_every_path_that_is_named_is_there(document: Path) -> None:
    words = {word for word in words_in_code(document) if "::" not in word and "://" not in word}
    assert not missing((word for word in words if word.startswith(FOLDERS)), is_path)


@each_document
def test_every_link_within_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    assert not missing((link for link in links if "://" not in link), lambda link: is_link(document, link))


@each_document
def test_every_command_that_is_named_is_there(document: Path) -> None:
    code = "\n".join(in_code(document.read_text()))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    assert not missing(re.findall(r"\bmake ([a-z][a-z-]*)", code), targets.__contains__)
    assert not missing(re.findall(r"(?:^|-m )ivr ([a-z]+)", code, re.M), main.commands.__contains__)


@each_document
def test_every_setting_that_is_named_is_known(document: Path) -> None:
    words = " ".join(in_code(document.read_text()))
    assert not missing(re.findall(r"(?<![\w/$])([A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{4,}(?==))", words), is_known)


class Environment(dict[str, str]):
    """Notes which settings are asked for."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def test_readme_lists_every_setting_that_is_read_and_no_other(tmp_path: Path) -> None:
    environ = Environment(TWILIO_AUTH_TOKEN="t", PUBLIC_URL="https://line.example.org", SECRET_KEY="s")
    read(environ, tmp_path)
    table = README.read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.M))
    assert sorted(environ.asked - listed) == [], "read, and not in README's table"
    assert sorted(listed - environ.asked) == [], "in README's table, and not read"


@pytest.mark.parametrize("name", ["intended-purpose.md", "hazards.md"])
def test_every_measured_figure_is_readmes(name: str) -> None:
    figures = re.findall(r"\b\d+ of \d+\b", (ROOT / "docs" / name).read_text())
    measured = README.read_text()
    assert not missing(figures, lambda figure: re.search(rf"\b{figure}\b", measured))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def hazards() -> dict[str, str]:
    """Return each hazard's section by its id."""
    parts = re.split(r"^### (H\d\d) ", HAZARDS.read_text().split("\n## How to keep")[0], flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def risk(section: str, moment: str) -> tuple[str, str, str]:
    found = re.search(rf"^- {moment} risk: ([A-Z]\w+) x ([A-Z][\w ]+) = (\d)$", section, re.M)
    assert found, f"no {moment} risk in {section[:40]}"
    return found.group(1), found.group(2), found.group(3)


def test_every_risk_is_the_matrixs() -> None:
    rows = [cells(line) for line in HAZARDS.read_text().splitlines() if line.startswith("|")]
    severities = next(row[1:] for row in rows if row[0] == "likelihood")
    matrix = {row[0]: dict(zip(severities, row[1:], strict=True)) for row in rows if row[0] in LIKELIHOODS}
    for name, section in hazards().items():
        for moment in ("Initial", "Residual"):
            severity, likelihood, rated = risk(section, moment)
            assert matrix[likelihood][severity] == rated, f"{name}, {moment}"


def test_every_hazard_stands_in_the_table_as_in_its_section() -> None:
    rows = [cells(line) for line in HAZARDS.read_text().splitlines() if re.match(r"\| H\d\d ", line)]
    sections = hazards()
    assert [row[0] for row in rows] == list(sections) == [f"H{number:02}" for number in range(1, len(rows) + 1)]
    for name, title, initial, residual, status in rows:
        section = sections[name]
        assert section.startswith(f"{title}\n"), name
        assert (initial, residual) == (risk(section, "Initial")[2], risk(section, "Residual")[2]), name
        assert f"\n- Status: {status}\n" in section, name


def test_every_hazard_is_tied_to_a_test_or_says_that_none_can_be() -> None:
    untied = [name for name, section in hazards().items() if "`tests/" not in section and "No test can" not in section]
    assert not untied


def test_the_worst_stand_where_they_are_summed_up() -> None:
    summed = re.search(r"^\*\*Not acceptable yet\*\*: ([H\d, ]+)\.", HAZARDS.read_text(), re.M)
    assert summed
    assert summed.group(1).split(", ") == [
        name for name, section in hazards().items() if "\n- Status: Not acceptable yet\n" in section
    ]


def test_a_name_that_is_not_there_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.md"
    wrong.write_text(
        "`responses/no_such.yml` and `NO_SUCH_SETTING` in\n```\nmake nothing\nivr nothing\n```\n[x](no.md)"
    )
    assert not is_test("tests/test_documents.py::test_that_never_was")
    assert not is_test("tests/test_documents.py::Nobody::test_a_name_that_is_not_there_is_found")
    assert is_test("tests/test_documents.py::test_a_name_that_is_not_there_is_found")
    assert not is_path("build/no-such.log")
    for look in (
        test_every_path_that_is_named_is_there,
        test_every_link_within_the_project_leads_somewhere,
        test_every_command_that_is_named_is_there,
        test_every_setting_that_is_named_is_known,
    ):
        with pytest.raises(AssertionError):
            look(wrong)
