"""What operators look at: every panel's and alert's query, against what the line really shows."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ivr.content import Content
from ivr.hours import parse
from ivr.player import Player
from ivr.settings import Settings
from scoring.line import free_port
from tests.caller import Caller
from tests.conftest import ROOT, served
from tests.fakes import FakeRasa
from tests.test_metrics import UNSURE, ends

FOLDER = ROOT / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana/dashboards/line.json").read_text())
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
CONFIG: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

PANEL_QUERIES = [target["expr"].replace("$__range", "1h") for panel in PANELS for target in panel["targets"]]
QUERIES = [*PANEL_QUERIES, *(rule["expr"] for rule in RULES)]

SELECTOR = re.compile(r"\b([a-z_]+|ALERTS)\{([^}]*)\}|\b((?:ivr|process)_[a-z_]+)\b")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"by \(([^)]*)\)")
PROMETHEUS_OWN = {"up": {"job", "instance"}, "ALERTS": {"alertstate", "alertname", "severity"}}
PROMETHEUS_LABELS = {"job", "instance"}

every_panel = pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
every_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
every_query = pytest.mark.parametrize("query", QUERIES)


def selectors(query: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield each metric of ``query`` with its matchers (label, operator, value)."""
    for with_labels, matchers, bare in SELECTOR.findall(query):
        yield with_labels or bare, MATCHER.findall(matchers)


def lives_through_a_day(line: str, new_caller: Callable[..., Caller], rasa: FakeRasa) -> None:
    """Let callers do all that is counted."""
    rasa.understands |= {"does it hurt": "biopsy", "um the test": UNSURE}
    caller = new_caller(line)
    caller.dials()
    for act in (
        *(lambda: caller.presses("2"), lambda: caller.says("does it hurt"), caller.stays_silent),
        *(lambda: caller.says("um the test"), lambda: caller.presses("1"), lambda: caller.says("she can't breathe")),
        *(lambda: caller.presses("*"), lambda: caller.says("wobble wobble"), lambda: caller.presses("5")),
        *(lambda: caller.presses("0"), lambda: caller.transfer_ends("busy")),
    ):
        act()
    rasa.is_down = True
    caller.says("does it hurt")
    rasa.is_down = False
    caller.says("does it hurt")
    ends(caller)
    new_caller(line).dials()


@pytest.fixture(scope="module")
def busy_line(content: Content) -> Iterator[tuple[str, Callable[[], None]]]:
    """Serve a line in whose hours it is always open; yield it, and what lives through a day there."""
    rasa = FakeRasa()
    settings = Settings(secret_key="s", openings=tuple(parse("Mon-Sun 00:00-23:59")), root=ROOT)
    with served(settings, rasa) as address:
        yield address, lambda: lives_through_a_day(address, lambda a: Caller(Player(a), content), rasa)


@pytest.fixture(scope="module")
def exposed(busy_line: tuple[str, Callable[[], None]]) -> dict[str, dict[str, set[str]]]:
    """Return every metric the line shows after a day, with its labels and their values."""
    address, live = busy_line
    live()
    shown: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(requests.get(f"{address}/metrics").text):
        for sample in family.samples:
            labels = shown.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return shown


# The queries, by what the line shows.


@every_query
def test_a_query_asks_for_what_the_line_shows(query: str, exposed: dict[str, dict[str, set[str]]]) -> None:
    asked = list(selectors(query))
    assert asked
    labels = set(PROMETHEUS_LABELS)
    for metric, matchers in asked:
        assert metric in exposed or metric in PROMETHEUS_OWN, f"{metric} is not shown"
        labels |= PROMETHEUS_OWN.get(metric, set()) | exposed.get(metric, {}).keys()
        for label, _, values in matchers:
            if label not in PROMETHEUS_LABELS | PROMETHEUS_OWN.get(metric, set()):
                assert set(values.split("|")) <= exposed[metric][label], f"{metric} has no such {label}"
    for grouped in GROUPING.findall(query):
        assert {label.strip() for label in grouped.split(",")} <= labels


@every_panel
def test_a_legend_names_labels_that_are_left(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        kept = {label.strip() for labels in GROUPING.findall(target["expr"]) for label in labels.split(",")}
        assert named <= kept | ({"instance"} if "by (" not in target["expr"] else set())


def test_everything_the_line_counts_is_on_the_dashboard(exposed: dict[str, dict[str, set[str]]]) -> None:
    asked = {metric for query in PANEL_QUERIES for metric, _ in selectors(query)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed if name.startswith("ivr_")}
    assert families <= {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}


# The files.


@every_panel
def test_a_panel_says_what_it_shows_and_where_it_comes_from(panel: dict[str, Any]) -> None:
    assert re.match(r"[A-Z].{8,}", panel["title"])
    assert panel["datasource"]["uid"] == "prometheus"
    assert panel["targets"]
    if panel["type"] != "stat":
        assert panel["description"].endswith(".")


def test_no_panel_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@every_rule
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"].keys() == {"summary", "action", "handbook"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["action"].endswith(".")
    file, anchor = rule["annotations"]["handbook"].split("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), flags=re.MULTILINE)
    assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_grafana_finds_the_dashboard_and_prometheus() -> None:
    source = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    assert source["uid"] == "prometheus"
    assert source["url"] == "http://prometheus:9090"
    provider = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/line.yml").read_text())["providers"][0]
    mounts = dict(mount.split(":")[:2] for mount in SERVICES["grafana"]["volumes"])
    folder = next(there for there, inside in mounts.items() if inside == provider["options"]["path"])
    assert (ROOT / folder / "line.json").exists()
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/line.json"


def test_prometheus_finds_every_replica_of_the_line_and_its_token() -> None:
    (job,) = CONFIG["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert (found["names"], found["port"]) == (["ivr"], int(SERVICES["ivr"]["environment"]["PORT"]))
    assert job["authorization"]["credentials_file"] in SERVICES["prometheus"]["command"][-1]
    assert set(SERVICES["prometheus"]["networks"]) & set(SERVICES["ivr"]["networks"])
    for mount in SERVICES["prometheus"]["volumes"][:-1]:
        assert (ROOT / mount.split(":")[0]).is_file()
    assert all(SERVICES[name]["profiles"] == ["monitoring"] for name in ("prometheus", "grafana"))


def test_prometheus_does_not_start_without_its_token() -> None:
    script = SERVICES["prometheus"]["command"][-1].replace("$$", "$")
    done = subprocess.run(["/bin/sh", "-ec", script], env={"METRICS_TOKEN": ""}, capture_output=True, text=True)
    assert done.returncode == 64
    assert "METRICS_TOKEN is not set" in done.stderr


# Prometheus itself.


def program(name: str) -> str:
    """Return where Debian's package prometheus put ``name``."""
    found = shutil.which(name)
    if not found:
        pytest.skip("needs the package prometheus")
    return found


@pytest.mark.parametrize("what", ["check rules alerts.yml", "test rules alerts_test.yml"])
def test_the_alerts_are_rightly_written_and_fire_when_they_should(what: str) -> None:
    done = subprocess.run([program("promtool"), *what.split()], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried() -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    tried = [case for test in tests for case in test["alert_rule_test"]]
    for rule in RULES:
        fires = {bool(case.get("exp_alerts")) for case in tried if case["alertname"] == rule["alert"]}
        assert fires == {True, False}, f"{rule['alert']} must be seen to fire, and to be silent"


@contextmanager
def prometheus(folder: Path, line: str) -> Iterator[str]:
    """Run Prometheus as we configure it, but for where the line is and how often it looks; yield its address."""
    target = line.removeprefix("http://")
    (folder / "token").write_text("unused: the line is on this machine")
    job = {
        "job_name": "line",
        "authorization": {"credentials_file": str(folder / "token")},
        "static_configs": [{"targets": [target]}],
    }
    config = CONFIG | {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(FOLDER / "alerts.yml")],
        "scrape_configs": [job],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    checked = [program("promtool"), "check", "config", str(folder / "prometheus.yml")]
    done = subprocess.run(checked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    port = free_port()
    command = [program("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def asked(address: str, query: str) -> list[dict[str, Any]]:
    """Return what Prometheus answers to ``query`` now; nothing while it starts."""
    try:
        reply = requests.get(f"{address}/api/v1/query", {"query": query}, timeout=10).json()
    except requests.ConnectionError:
        return []
    assert reply["status"] == "success", f"{query}: {reply}"
    result: list[dict[str, Any]] = reply["data"]["result"]
    return result


def eventually(condition: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "Prometheus did not see it in time"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def watched(busy_line: tuple[str, Callable[[], None]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Let a real Prometheus see a quiet line, then a busy one; yield its address."""
    line, live = busy_line
    with prometheus(tmp_path_factory.mktemp("prometheus"), line) as address:
        eventually(lambda: asked(address, "ivr_calls_total"))
        began = float(asked(address, "ivr_calls_total")[0]["value"][1])
        live()
        eventually(lambda: float(asked(address, "ivr_calls_total")[0]["value"][1]) == began + 2)
        eventually(lambda: asked(address, "increase(ivr_calls_total[1m]) > 0"))
        yield address


@pytest.mark.parametrize("query", PANEL_QUERIES)
def test_a_real_prometheus_answers_every_panel_with_numbers(query: str, watched: str) -> None:
    found = asked(watched, query)
    assert found or query.startswith("sum by (alertname")  # which are none while all is well
    assert all(row["value"][1] != "NaN" for row in found)


@every_rule
def test_a_real_prometheus_reads_every_alert(rule: dict[str, Any], watched: str) -> None:
    eventually(lambda: requests.get(f"{watched}/api/v1/rules", timeout=10).json()["data"]["groups"])
    (group,) = requests.get(f"{watched}/api/v1/rules", timeout=10).json()["data"]["groups"]
    (read,) = [one for one in group["rules"] if one["name"] == rule["alert"]]
    assert read["health"] in ("ok", "unknown")
    assert not read.get("lastError")
    asked(watched, rule["expr"])
