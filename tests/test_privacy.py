"""Nothing a caller says or is gets written: real processes, marked calls, and a search of all they wrote."""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from twilio.request_validator import RequestValidator

from ivr.content import Content
from ivr.player import Player
from ivr.processes import phone_line, rasa_server
from ivr.pseudonym import pseudonym
from ivr.redis_url import split
from ivr.settings import Settings, read
from ivr.state import State, StateSigner
from scoring.line import free_port
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN
from tests.soak import BOUND, growth, soaked, staged

needs_proc = pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux's list of processes")
pytestmark = needs_proc

SECRET = "secret-of-the-privacy-tests"
METRICS_TOKEN = "metrics-token-of-the-tests"
NUMBER = "+447700900987"
DIALLED = "+442079460000"
YESTERDAY = int(time.time()) - 24 * 60 * 60  # seconds since 1970
MARKS = ("Quackenbush", "Zeldwyn", "marzipanology", "flugelbinder", "Rotherwickshire", "7700900987", "7700 900987")
"""What no process may write: a caller's name, words, town and number."""

HOSTILE = {
    # What an operator may have set for other programs: the line must stay silent all the same.
    "LOG_LEVEL": "DEBUG",
    "PYTHONWARNINGS": "default",
    "FLASK_DEBUG": "1",
}


@dataclass
class Scene:
    """One line at work, and what was said to it. ``texts`` are all bodies it gave to an operator."""

    root: Path
    rasa: str
    line: str
    redis_port: int
    processes: list[int]
    content: Content
    callers: list[Caller] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)

    def new_caller(self) -> Caller:
        """Return somebody at NUMBER who has dialled."""
        player = Player(self.line, PUBLIC_URL, TOKEN, caller=NUMBER, line=DIALLED)
        self.calls.append(player.call)
        self.callers.append(Caller(player, self.content))
        self.callers[-1].dials()
        return self.callers[-1]

    def new_call(self) -> dict[str, str]:
        """Return what Twilio says of a call besides what was heard: who calls, from where, under which name."""
        self.calls.append(f"CA{secrets.token_hex(16)}")
        known = {"CallSid": self.calls[-1], "From": NUMBER, "Caller": NUMBER, "To": DIALLED, "Called": DIALLED}
        return known | {"CallerName": "QUACKENBUSH ZELDWYN", "FromCity": "Rotherwickshire"}

    def post(self, path: str, form: dict[str, str], *, signed: bool = True) -> requests.Response:
        """Send a webhook of Twilio's, rightly signed or not."""
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, form) if signed else "wrong"
        return requests.post(self.line + path, form, headers={"X-Twilio-Signature": signature}, timeout=20)

    def of_a_call(self) -> tuple[str, ...]:
        """Return all that names a call or says where it is: CallSids and the signed places in its addresses."""
        documents = (document for caller in self.callers for document in caller.player.documents)
        places = {place for document in documents for place in re.findall(r"state=([\w.-]+)", document)}
        return (*self.calls, *self.tokens, *places)

    def written(self) -> dict[str, bytes]:
        """Return the bytes of every file that a process wrote, by path."""
        paths = {path for path in self.root.rglob("*") if path.is_file() and not _is_of_the_checkout(path, self.root)}
        contents = {str(path): path.read_bytes() for path in paths} | dict(_changed_since(self.root))
        return contents | {name: data for process in self.processes for name, data in _open_files(process)}


def _is_of_the_checkout(path: Path, root: Path) -> bool:
    """Tell whether ``path`` is below one of the links that a staged root consists of."""
    return any(parent.is_symlink() for parent in (path, *path.parents) if parent.is_relative_to(root))


def _changed_since(start: Path) -> Iterator[tuple[str, bytes]]:
    """Yield this checkout's files that are newer than ``start``; not what tests and editors themselves are made of."""
    passed = {".git", ".venv", ".venv-rasa", ".tools", "__pycache__", "tests", ".pytest_cache", ".mypy_cache"}
    since = (start / "began").stat().st_mtime
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in passed and not name.startswith(".ruff")]
        for path in (Path(folder, name) for name in names):
            with suppress(FileNotFoundError):  # another test's, and gone meanwhile
                if path.stat().st_mtime >= since:
                    yield str(path), path.read_bytes()


def _open_files(process: int) -> Iterator[tuple[str, bytes]]:
    """Yield each file that ``process`` or a child of it holds open for writing, also one without a name by now."""
    for number in (process, *_children(process)):
        for entry in Path(f"/proc/{number}/fd").iterdir():
            try:
                flags = re.search(r"flags:\s+0*(\d+)", Path(f"/proc/{number}/fdinfo/{entry.name}").read_text())
                if entry.is_file() and flags and int(flags[1], 8) & (os.O_WRONLY | os.O_RDWR):
                    yield os.readlink(entry), entry.read_bytes()
            except OSError:
                continue  # closed meanwhile


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    nearest = [int(child) for task in tasks for child in task.read_text().split()]
    return [*nearest, *(grandchild for child in nearest for grandchild in _children(child))]


def found(written: dict[str, bytes], marks: tuple[str, ...]) -> list[str]:
    """Return "mark in file" for each of ``marks`` that stands in ``written``, plain or as base64."""
    lowered = {name: data.lower() for name, data in written.items()}
    return [
        f"{mark} in {name}"
        for mark in marks
        for name, data in written.items()
        if mark.lower().encode() in lowered[name] or any(spelt in data for spelt in _as_base64(mark))
    ]


def _as_base64(mark: str) -> Iterator[bytes]:
    """Yield how base64 spells ``mark`` at each of its three alignments, the letters it shares with others cut off."""
    for shift in range(3):
        spelt = base64.b64encode(b"\0" * shift + mark.encode())
        yield spelt[(0, 2, 3)[shift] : len(spelt) // 4 * 4 - 4]


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Let processes that start inside have ``values`` in their environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[int, int]]:
    """Run a Redis that writes no file of its own accord; yield its port and process id."""
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("needs the package redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with (folder / "redis.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _await_redis(port)
            yield port, process.pid
        finally:
            process.kill()


def _await_redis(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("Redis did not start")


@dataclass(frozen=True)
class Entry:
    """One key of Redis: its value, and the seconds it has left; -1: for ever."""

    key: str
    value: bytes
    seconds: int


_DUMP = """
import base64, json, sys, redis
store = redis.Redis(port=int(sys.argv[1]))
print(json.dumps([[k.decode(), base64.b64encode(store.get(k) or b"").decode(), store.ttl(k)] for k in store.keys()]))
"""


def in_redis(port: int) -> list[Entry]:
    """Return everything the Redis at ``port`` holds, read by the client that Rasa uses."""
    return [
        Entry(key, base64.b64decode(value), seconds)
        for key, value, seconds in json.loads(in_rasas_environment(_DUMP, str(port)))
    ]


# The calls.


def asks(scene: Scene) -> None:
    """Be understood, asked back, read twice, and not understood, with marked words each time."""
    caller = scene.new_caller()
    caller.says("does the biopsy hurt, says Zeldwyn Quackenbush")
    assert caller.topic == "biopsy"
    caller.says("how long does it take")
    caller.says("and does that leave a mark on Quackenbush")  # leans on what was heard: a second reading
    caller.player.say("does the flugelbinder hurt", confidence=0.05)
    caller.says("marzipanology flugelbinder Rotherwickshire 07700 900987")
    assert caller.kind in ("rephrase", "refuse", "clarify")
    caller.says("my number is +447700900987 and my name is Quackenbush")
    for key in ("#", "7", "8", "9", "*", "2", "1"):
        caller.presses(key)
    caller.stays_silent()


def is_in_danger(scene: Scene) -> None:
    for words, kind in (("Zeldwyn Quackenbush cannot breathe", "emergency"), ("Quackenbush wants to die", "crisis")):
        caller = scene.new_caller()
        caller.says(words)
        assert caller.kind == kind
    caller = scene.new_caller()
    caller.says("I am so frightened for Zeldwyn")
    caller.says("I want to speak to someone about Zeldwyn Quackenbush")


def is_put_through(scene: Scene) -> None:
    for outcome in ("completed", "busy", "no-answer", "failed", "canceled"):
        caller = scene.new_caller()
        caller.presses("0")
        caller.transfer_ends(outcome)  # type: ignore[arg-type]
        caller.says("does the biopsy hurt Quackenbush")


def meets_a_fault(scene: Scene) -> None:
    """Break the line by a place that Python cannot count to, rightly signed, in the middle of marked words."""
    form = scene.new_call() | {"SpeechResult": "Quackenbush asks about marzipanology", "Confidence": "0.9"}
    state = State(form["CallSid"], place=f"topic:biopsy:{'9' * 5000}", began=YESTERDAY)
    token = StateSigner(SECRET).pack(state)
    scene.tokens.append(token)
    reply = scene.post(f"/calls/turn?state={token}", form)
    assert reply.headers["X-Reply-Kind"] == "transfer"
    form |= {"SpeechResult": "Quackenbush \ud800 \x00 marzipanology".encode("utf-8", "surrogatepass").decode("latin-1")}
    assert scene.post(f"/calls/turn?state={token}x", form).ok


def is_refused(scene: Scene) -> None:
    form = scene.new_call() | {"SpeechResult": "Quackenbush asks about marzipanology"}
    assert scene.post("/calls/turn?state=Quackenbush", form, signed=False).status_code == 403
    assert scene.post("/calls/start", form | {"CallSid": "Quackenbush"}).status_code == 403
    assert scene.post("/calls/turn", form | {"SpeechResult": "Zeldwyn " * 20_000}).status_code in (403, 413)
    assert requests.get(f"{scene.line}/calls/Quackenbush?From={NUMBER}", timeout=20).status_code in (403, 404, 405)


def ends(scene: Scene) -> None:
    form = scene.new_call() | {"CallStatus": "completed", "CallDuration": "63"}
    assert scene.post("/calls/status", form).status_code == 204


def is_looked_after(scene: Scene) -> None:
    """Read what an operator reads: health and, where there are any, metrics."""
    for path in ("/health/live", "/health/ready", "/metrics"):
        reply = requests.get(scene.line + path, headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=20)
        scene.texts[path] = reply.content


SCRIPT = (asks, is_in_danger, is_put_through, meets_a_fault, is_refused, ends, is_looked_after)


@contextmanager
def scene_at(folder: Path, content: Content, *, with_redis: bool) -> Iterator[Scene]:
    """Run a whole line in ``folder`` through the script; yield it as it stands then, still running."""
    for name in ("tmp", "home", "build", "redis"):
        (folder / name).mkdir()
    (folder / "began").touch()
    with ExitStack() as started:
        started.enter_context(staged(folder))
        redis_port, redis_id = started.enter_context(redis_server(folder / "redis")) if with_redis else (0, 0)
        places = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "home")}
        line = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL, "SECRET_KEY": SECRET}
        line["DATABASE_URL"] = f"sqlite:///{folder}/data/calls.db"
        started.enter_context(environment(**HOSTILE, **places, **line, METRICS_TOKEN=METRICS_TOKEN))
        rasa_url = f"http://127.0.0.1:{free_port()}"
        redis_url = f"redis://127.0.0.1:{redis_port}/0" if with_redis else ""
        settings = _settings(rasa_url)
        rasa = started.enter_context(rasa_server(folder, rasa_url, redis_url=redis_url))
        phone = started.enter_context(phone_line(settings, folder))
        assert rasa
        processes = [rasa.pid, phone.pid, *([redis_id] if redis_id else [])]
        scene = Scene(folder, rasa_url, settings.local_address, redis_port, processes, content)
        for act in SCRIPT:
            act(scene)
        yield scene


def _settings(rasa_url: str) -> Settings:
    return read({**os.environ, "PORT": str(free_port()), "RASA_URL": rasa_url}, ROOT)


@pytest.fixture(scope="module", params=[False, True], ids=["embedded", "redis"])
def scene(
    request: pytest.FixtureRequest, content: Content, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Run the script once with each store."""
    with scene_at(tmp_path_factory.mktemp("line"), content, with_redis=request.param) as scene:
        yield scene


with_redis = pytest.mark.parametrize("scene", [True], ids=["redis"], indirect=True)


# What was written.


def test_no_process_writes_who_called_or_what_was_said(scene: Scene) -> None:
    written = scene.written()
    assert {"rasa.log", "line.log", "calls.db"} <= {Path(name).name for name in written}
    assert found(written, ("was put through after ValueError",)), "the search must be able to find"
    assert not found(written, MARKS)


def test_no_process_writes_which_call_it_was(scene: Scene) -> None:
    assert len(scene.of_a_call()) > 50
    assert not found(scene.written(), scene.of_a_call())


def test_what_operators_read_names_nobody(scene: Scene) -> None:
    assert b"warnings" in scene.texts["/health/ready"]
    assert not found(scene.texts, (*MARKS, *scene.of_a_call()))


def test_a_fault_is_logged_by_the_calls_one_pseudonym_alone(scene: Scene) -> None:
    log = (scene.root / "build/line.log").read_text()
    (logged,) = re.findall(r"call (\w+) was put through", log)
    assert logged in {pseudonym(SECRET, call, YESTERDAY) for call in scene.calls}, (
        "its day is the call's, not the fault's"
    )
    assert "Traceback" in log


def test_rasas_conversations_hold_topics_and_nothing_said(scene: Scene) -> None:
    led = {call: tracker_of(scene, call) for call in scene.calls}
    events = [event for tracker in led.values() for event in tracker["events"]]
    heard = [event for event in events if event["event"] == "user"]
    assert len(heard) > 10
    for event in heard:
        assert event["text"] == f"EXTERNAL: {event['parse_data']['intent']['name']}"
        assert event["parse_data"]["intent"]["name"] in scene.content.answers
        assert [entity["entity"] for entity in event["parse_data"]["entities"]] == ["about"]
    texts = {call: json.dumps(tracker).encode() for call, tracker in led.items()}
    assert found(texts, scene.calls[:1]), "the search must be able to find"
    assert not found(texts, MARKS)


def tracker_of(scene: Scene, call: str) -> dict[str, Any]:
    """Return all that Rasa knows of ``call``."""
    reply = requests.get(f"{scene.rasa}/conversations/{call}/tracker?include_events=ALL", timeout=20)
    tracker: dict[str, Any] = reply.json()
    return tracker


@with_redis
def test_redis_forgets_every_call_within_an_hour(scene: Scene) -> None:
    entries = in_redis(scene.redis_port)
    assert any(entry.key.startswith("tracker:CA") for entry in entries)
    assert not [entry.key for entry in entries if not 0 < entry.seconds <= 3600]


@with_redis
def test_redis_holds_topics_and_nothing_said(scene: Scene) -> None:
    stored = {entry.key: entry.key.encode() + entry.value for entry in in_redis(scene.redis_port)}
    assert found(stored, ("EXTERNAL: biopsy",)), "the search must be able to find"
    assert not found(stored, MARKS)


def test_words_that_look_like_rasas_own_commands_are_not_logged(scene: Scene) -> None:
    caller = scene.new_caller()
    for words in ("/ wobblethwaite", "/wobblethwaite{", '/biopsy{"wobblethwaite": "1"}', "/wobblethwaite@0.5"):
        caller.says(words)
    assert not found(scene.written(), ("wobblethwaite",))


def test_a_request_that_is_no_http_is_not_logged(scene: Scene) -> None:
    for line in (
        "/calls/turn?From=bramblethorpe",
        "/calls/turn?From=+44 bramblethorpe HTTP/1.1",
        "/ HTTP/bramblethorpe",
    ):
        send_raw(scene, f"POST {line}\r\nHost: line\r\n\r\n".encode())
    send_raw(scene, b"POST /calls/turn HTTP/1.1\r\nHost: line\r\nFrom bramblethorpe: x\r\n\r\n")
    assert not found(scene.written(), ("bramblethorpe",))


def send_raw(scene: Scene, request: bytes) -> None:
    """Send what no client would, and wait until the line has answered or hung up."""
    place = urlsplit(scene.line)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(request)
        connection.recv(100)


@with_redis
def test_losing_redis_writes_nothing_of_a_call(scene: Scene) -> None:  # the last with this Redis
    caller = scene.new_caller()
    os.kill(scene.processes[-1], signal.SIGKILL)
    caller.says("does the biopsy hurt Quackenbush")
    caller.hears_answer("biopsy")
    caller.presses("1")
    assert not found({"logs": logs(scene)}, (*MARKS, *scene.of_a_call()))


def logs(scene: Scene) -> bytes:
    """Return all logs in one."""
    return b"".join(path.read_bytes() for path in (scene.root / "build").glob("*.log"))


@pytest.mark.parametrize("scene", [False], ids=["embedded"], indirect=True)
def test_a_sample_of_the_soak_leads_calls_and_weighs_rasa(scene: Scene) -> None:  # make soak is the whole of it
    weights = list(soaked(scene.rasa, scene.processes[0], calls=200, step=100))
    assert [weight.calls for weight in weights] == [0, 100, 200]
    assert weights[0].megabytes > 100, "this is Rasa with its model"
    assert growth(weights, since=0) < BOUND


# The search, and the store in memory.


def test_the_search_finds_marks_in_any_case_and_in_base64() -> None:
    for mark in (*MARKS, "CA0123456789abcdef0123456789abcdef"):
        assert found({"log": f"x {mark.upper()} x".encode()}, (mark,)) == [f"{mark} in log"]
        for before in ("", "1", "12", '{"call":"'):
            hidden = base64.urlsafe_b64encode(f"{before}{mark} and more".encode())
            assert found({"log": b"state=" + hidden}, (mark,))
    assert not found({"log": b"nothing of the kind"}, MARKS)


_STORE = """
import asyncio, json, sys, time
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from nlu.components.trackers import ForgetfulTrackerStore

domain = Domain.empty()
real = TrackerStore.create(AvailableEndpoints.read_endpoints("endpoints.yml").tracker_store, domain)
small = ForgetfulTrackerStore(domain, most=3)
brief = ForgetfulTrackerStore(domain, record_exp=1)

async def keep(store, *calls):
    for call in calls:
        await store.save(DialogueStateTracker.from_events(call, []))

async def known(store, *calls):
    return [call for call in calls if await store.retrieve(call)]

async def report():
    await keep(real, *(str(call) for call in range(int(sys.argv[1]))))
    await keep(small, "a", "b", "c", "a", "d")
    await keep(brief, "old")
    await asyncio.sleep(0.7)
    await keep(brief, "new")
    before = await known(brief, "old", "new")
    await asyncio.sleep(0.7)
    return {
        "type": type(real).__name__, "most": real.store.maxsize, "expiry": real.store.ttl,
        "count": len(list(await real.keys())), "last": await known(real, "0", str(int(sys.argv[1]) - 1)),
        "small": await known(small, "a", "b", "c", "d"),
        "before": before, "after": await known(brief, "old", "new"), "left": len(brief.store),
    }

print(json.dumps(asyncio.run(report())))
"""


_LOCK = """
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.core.utils import AvailableEndpoints

store = LockStore.create(AvailableEndpoints.read_endpoints("endpoints-redis.yml").lock_store)
store.save_lock(TicketLock("CA0123456789abcdef0123456789abcdef"))
"""


def in_rasas_environment(script: str, *arguments: str, **environ: str) -> str:
    """Run ``script`` as a part of Rasa would run, and return what it printed."""
    command = [str(ROOT / ".venv-rasa/bin/python"), "-W", "ignore", "-c", script, *arguments]
    quiet = {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR", "RASA_TELEMETRY_ENABLED": "false"}
    environ = {**os.environ, **quiet, **environ}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_lock_that_a_killed_rasa_left_in_redis_expires_too(tmp_path: Path) -> None:
    with redis_server(tmp_path) as (port, _):
        in_rasas_environment(_LOCK, **split(f"redis://127.0.0.1:{port}/0"))
        (lock,) = in_redis(port)
    assert lock.key.startswith("lock:CA")
    assert 0 < lock.seconds <= 3600


def test_rasas_memory_holds_a_bounded_number_of_calls_each_for_an_hour() -> None:
    report = json.loads(in_rasas_environment(_STORE, "5000").splitlines()[-1])
    assert (report["type"], report["most"], report["expiry"]) == ("ForgetfulTrackerStore", 2000, 3600)
    assert report["count"] == 2000
    assert report["last"] == ["4999"]
    assert report["small"] == ["a", "c", "d"], "the one silent for longest goes first"
    assert (report["before"], report["after"], report["left"]) == (["old", "new"], ["new"], 1)
