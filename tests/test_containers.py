"""The containers, as far as they can be judged without an engine: their files are valid, closed and complete."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.processes import ONE_SENTENCE_AT_A_TIME, gunicorn
from ivr.settings import Settings
from tests.conftest import ROOT
from tests.servers import absent

PROGRAMS = Path(sys.executable).parent
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
NETWORKS: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["networks"]
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
REQUIRED = {"TWILIO_AUTH_TOKEN", "PUBLIC_URL", "SECRET_KEY", "REDIS_PASSWORD"}
VARIABLE = re.compile(r"\$\{(\w+)([^}]*)\}")

every_service = pytest.mark.parametrize("name", SERVICES)
every_dockerfile = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return each instruction of a Dockerfile with its arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def copied(dockerfile: Path) -> Iterator[str]:
    """Yield what a Dockerfile takes from the repository."""
    for instruction, arguments in instructions(dockerfile):
        if instruction in ("COPY", "ADD") and "--from=" not in arguments:
            *sources, _ = [word for word in arguments.split() if not word.startswith("--")]
            yield from sources


def dockerfile_of(service: dict[str, Any]) -> Path:
    return ROOT / service["build"]["context"] / service["build"]["dockerfile"]


def seconds(duration: str) -> int:
    assert duration.endswith("s"), duration
    return int(duration[:-1])


def is_left_out(path: str) -> bool:
    """Tell whether .dockerignore keeps ``path`` out: the last pattern that meets it or a folder of it decides."""
    parents = ["/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1)]
    left_out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        glob = re.escape(pattern.removeprefix("!").strip("/"))
        glob = glob.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        if any(re.fullmatch(glob, parent) for parent in parents):
            left_out = not pattern.startswith("!")
    return left_out


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if not (PROGRAMS / program).exists():
        pytest.skip(f"{program} is not installed: run make test, which installs it")
    return subprocess.run([PROGRAMS / program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_compose_keeps_to_its_schema() -> None:
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_rasa_reads_as_under_make_run_and_trains_without() -> None:
    served, trained = (SERVICES[name]["environment"] for name in ("rasa", "train"))
    assert {name: served.get(name) for name in ONE_SENTENCE_AT_A_TIME} == ONE_SENTENCE_AT_A_TIME
    assert not ONE_SENTENCE_AT_A_TIME.keys() & trained.keys()


@every_dockerfile
def test_the_dockerfile_passes_its_linter(dockerfile: Path) -> None:
    done = run("hadolint", str(dockerfile))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_image_we_build_is_looked_at() -> None:
    assert {dockerfile_of(service) for service in SERVICES.values() if "build" in service} == set(DOCKERFILES)


@every_service
def test_a_service_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode"}
    assert all("size=" in place for place in service["tmpfs"]), "a tmpfs without a size may fill the memory"
    assert "docker.sock" not in str(service)


@every_service
def test_a_service_is_not_root(name: str) -> None:
    service = SERVICES[name]
    if "user" in service:
        user = service["user"]
    else:
        steps = instructions(dockerfile_of(service))
        last_stage = max(i for i, (step, _) in enumerate(steps) if step == "FROM")
        user = next(arguments for step, arguments in reversed(steps[last_stage:]) if step == "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "a number, as Kubernetes cannot tell a name from root"


@every_service
def test_a_service_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory", "pids"}


def test_no_port_is_open_but_the_lines_and_the_dashboards_and_only_to_this_machine() -> None:
    open_ports = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}
    assert open_ports == {"ivr": ["${HOST:-127.0.0.1}:${PORT:-8080}:8080"], "grafana": ["127.0.0.1:3000:3000"]}
    assert all(service.get("network_mode", "none") == "none" for service in SERVICES.values())


def test_rasa_and_redis_cannot_be_reached_from_outside_nor_get_out() -> None:
    for name in ("rasa", "redis"):
        assert SERVICES[name]["networks"]
        assert all(NETWORKS[network].get("internal") for network in SERVICES[name]["networks"])
    assert not set(SERVICES["ivr"]["networks"]) & set(SERVICES["redis"]["networks"])
    assert set(SERVICES["ivr"]["networks"]) & set(SERVICES["rasa"]["networks"])
    assert set(SERVICES["rasa"]["networks"]) & set(SERVICES["redis"]["networks"])
    assert SERVICES["train"]["network_mode"] == "none"


def test_rasa_waits_for_its_model_and_redis_and_the_line_for_nobody() -> None:
    waits = {other: wait["condition"] for other, wait in SERVICES["rasa"]["depends_on"].items()}
    assert waits == {"train": "service_completed_successfully", "redis": "service_healthy"}
    assert SERVICES["redis"]["healthcheck"]["test"]
    assert SERVICES["train"]["restart"] == "no"
    assert "depends_on" not in SERVICES["ivr"], "keys must be served while Rasa trains"


def test_rasa_runs_several_times_over_one_model() -> None:
    assert SERVICES["rasa"]["deploy"]["replicas"] > 1
    assert "container_name" not in SERVICES["rasa"]
    assert SERVICES["rasa"]["volumes"] == ["models:/app/models:ro"]
    assert "models:/app/models" in SERVICES["train"]["volumes"]
    assert dockerfile_of(SERVICES["rasa"]) == dockerfile_of(SERVICES["train"])


def test_rasa_gets_every_setting_its_stores_name() -> None:
    named = {name for name, _ in VARIABLE.findall((ROOT / "endpoints-redis.yml").read_text())}
    assert named
    assert named <= SERVICES["rasa"]["environment"].keys()


def test_required_settings_refuse_to_start_when_missing() -> None:
    found = VARIABLE.findall(COMPOSE)
    assert {name for name, _ in found} >= REQUIRED
    for name, how in found:
        if name in REQUIRED:
            assert re.match(r":\?set it to \w+", how), f"{name} must be required, with a cure"
        else:
            assert how.startswith(":-"), f"{name} must have a default, if an empty one"


def test_no_secret_is_written_down() -> None:
    secret = re.compile(r"^\s+(\w*(?:TOKEN|KEY|PASSWORD|AUTH)):\s*(.*)$", re.MULTILINE)
    assert secret.findall(COMPOSE)
    assert all(value.startswith("${") for _, value in secret.findall(COMPOSE))
    for dockerfile in DOCKERFILES:
        for instruction, arguments in instructions(dockerfile):
            assert instruction != "ARG" or not re.search("TOKEN|KEY|PASSWORD", arguments)
            assert instruction != "ENV" or not re.search("TOKEN|KEY|PASSWORD", arguments)


def test_every_setting_is_in_the_readme() -> None:
    table = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE))
    assert "TWILIO_AUTH_TOKEN" in table
    assert {name for name, _ in VARIABLE.findall(COMPOSE)} <= table | {"REDIS_PASSWORD"}
    assert SERVICES["ivr"]["environment"].keys() <= table


def test_the_line_may_finish_its_turns_when_stopped() -> None:
    command = gunicorn(Settings())
    graceful = int(command[command.index("--graceful-timeout") + 1])
    assert seconds(SERVICES["ivr"]["stop_grace_period"]) >= graceful + 5
    assert all(service["init"] is True for service in SERVICES.values()), "signals must arrive"


def test_training_is_the_makefiles() -> None:
    def options(text: str) -> str:
        line = next(line for line in text.splitlines() if "--fixed-model-name line" in line)
        return re.sub(r"--out \S+ ", "", line[line.index("train --domain") :])

    shell = SERVICES["train"]["command"][-1]
    assert options(shell) == options((ROOT / "Makefile").read_text())
    assert "mv models/new/line.tar.gz models/line.tar.gz" in shell, "a starting replica must not read half a model"


@every_dockerfile
def test_everything_copied_is_there_and_sent(dockerfile: Path) -> None:
    sources = list(copied(dockerfile))
    assert sources
    for source in sources:
        named = list(ROOT.glob(source))
        assert named, source
        for path in [
            path for top in named for path in (top, *top.glob("*.yml"), *top.rglob("*.py"), *top.rglob("*.npz"))
        ]:
            assert not is_left_out(path.relative_to(ROOT).as_posix()), path


def test_what_rasa_starts_with_is_in_its_image() -> None:
    command = yaml.safe_load(dict(instructions(ROOT / "docker/rasa.Dockerfile"))["CMD"])
    assert command[command.index("--endpoints") + 1] in set(copied(ROOT / "docker/rasa.Dockerfile"))
    folder, model = command[command.index("--model") + 1].split("/")
    assert SERVICES["rasa"]["volumes"][0].split(":")[1] == f"/app/{folder}"
    assert f"{folder}/{model}" in SERVICES["train"]["command"][-1]


@every_dockerfile
def test_installs_are_checked_and_installers_stay_behind(dockerfile: Path) -> None:
    steps = instructions(dockerfile)
    last_stage = max(i for i, (step, _) in enumerate(steps) if step == "FROM")
    installs = [
        arguments for step, arguments in steps if step == "RUN" and "pip" in arguments and "install " in arguments
    ]
    assert all("--require-hashes" in line and "://" not in line for line in installs if "uninstall" not in line)
    ours = " ".join(arguments for step, arguments in steps[last_stage:] if step == "RUN")
    assert last_stage > 0
    assert re.search(r"pip uninstall .*\bpip$", ours)
    assert not re.search(r"apt|(?<!un)install\b", ours)


@pytest.mark.parametrize(
    "path",
    [
        *(".secret-key", ".env", ".env.production", "ivr/.env", "nlu/components/.env.local", ".git/config"),
        *("models/line.tar.gz", "build/rasa.log", ".venv/bin/python", ".venv-rasa/bin/rasa", ".rasa/cache/x"),
        *("tests/test_calls.py", "docs/pictures/phone-light.png", "scoring/score.py", "ivr/__pycache__/state.pyc"),
        *("requirements/dev.txt", "a-file-of-tomorrow.pem", "README.md"),
    ],
)
def test_no_image_is_sent(path: str) -> None:
    assert is_left_out(path)


def check_health(name: str, inside: str, address: str) -> int:
    """Run a service's health check here, asking ``address`` instead of itself."""
    kind, program, *arguments = SERVICES[name]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    assert any(inside in argument for argument in arguments)
    command = [argument.replace(inside, address) for argument in arguments]
    return subprocess.run([sys.executable, *command], capture_output=True, timeout=30).returncode


def test_the_lines_health_check_tells_whether_it_answers(local_line: str) -> None:
    assert check_health("ivr", "http://127.0.0.1:8080", local_line) == 0
    with absent() as address:
        assert check_health("ivr", "http://127.0.0.1:8080", address) != 0


def test_rasas_health_check_tells_whether_it_understands(rasa_url: str, local_line: str) -> None:
    assert check_health("rasa", "http://127.0.0.1:5005", rasa_url) == 0
    assert check_health("rasa", "http://127.0.0.1:5005", local_line) != 0, "another server is no Rasa"
