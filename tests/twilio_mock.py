"""Twilio's REST API as Twilio's own OpenAPI description has it, served by Prism.

Prism (npm @stoplight/prism-cli) refuses every request the description does not allow, and answers with its examples.
``TwilioMock`` is the way there that twilio-python is given; what a test lays over an answer must be in the example.
Sources: https://docs.stoplight.io/docs/prism, https://github.com/twilio/twilio-oai (npm @twilio-alpha/mcp).
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from scoring.line import free_port

ROOT = Path(__file__).resolve().parent.parent
_LOCKED = ROOT / "requirements/npm"
_INSTALLED = ROOT / "build/npm"
_DESCRIPTIONS = "node_modules/@twilio-alpha/mcp/twilio-oai/spec/json"
_PRODUCTS = ("api_v2010", "voice_v1", "pricing_v2", "routes_v2")
_BOOLEANS = {"true": True, "false": False}
ACCOUNT = f"AC{'a' * 32}"  # as in the description's examples
NUMBER = "+442079460000"


@contextmanager
def prism() -> Iterator[str]:
    """Install Prism as locked, once, and serve Twilio's API on a free port while inside; yield its address."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"needs {program}, for a mock of Twilio's API (Debian: apt-get install nodejs npm)")
    _install()
    port = free_port()
    command = ["node", "node_modules/.bin/prism", "mock", "--port", str(port), "twilio.json"]
    with (_INSTALLED / "prism.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=_INSTALLED, stdout=log, stderr=log)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Asked:
    """One request of ours: where it went, what it set or asked for, and with whose token."""

    method: str
    host: str
    path: str
    fields: dict[str, Any]
    token: str


@dataclass
class TwilioMock(TwilioHttpClient):
    """Leads twilio-python to Prism at ``address``, and lays ``over`` the answer to a path that ends so.

    A number there is the status Twilio answers with instead. What is set stays set, on the number if it ``keeps``.
    """

    address: str
    over: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    keeps: bool = True

    def __post_init__(self) -> None:
        super().__init__(timeout=10)

    def request(self, method: str, url: str, params: Any = None, data: Any = None, *args: Any, **more: Any) -> Response:
        place = urlsplit(url)
        if place.path.endswith("IncomingPhoneNumbers.json"):
            more["headers"]["Prefer"] = "example=readFull"  # the description has an empty list too
        reply = super().request(method, self.address + place.path, params, data, *args, **more)
        assert reply.status_code < 300, f"{method} {url} is not in Twilio's description: {reply.text}"
        fields = {**(params or {}), **(data or {})}
        self.asked.append(Asked(method, place.hostname or "", unquote(place.path), fields, more["auth"][1]))
        if method == "POST" and "IncomingPhoneNumbers" in place.path and self.keeps:
            self.over["number"] = self.over["number"] | {
                _snake(name): _BOOLEANS.get(value, value) for name, value in fields.items()
            }
        if method == "POST" and place.hostname == "routes.twilio.com":
            self.over[unquote(place.path)] = {"voice_region": fields["VoiceRegion"]}
        return self._laid_over(unquote(place.path), reply)

    @property
    def changes(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method != "GET"]

    def _laid_over(self, path: str, reply: Response) -> Response:
        answer = json.loads(reply.text)
        for ending, value in self.over.items():
            if ending != "number" and path.endswith(ending):
                if isinstance(value, int):
                    return Response(value, json.dumps({"code": 20003, "message": "refused", "status": value}))
                answer = _merged(answer, value)
        if "IncomingPhoneNumbers" in path:
            answer = self._with_number(answer)
        return Response(reply.status_code, json.dumps(answer))

    def _with_number(self, answer: dict[str, Any]) -> dict[str, Any]:
        number = self.over["number"]
        if "incoming_phone_numbers" not in answer:
            return _merged(answer, number)
        listed = answer["incoming_phone_numbers"] if number else []
        return answer | {"incoming_phone_numbers": [_merged(entry, number) for entry in listed]}


def _merged(example: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    assert value.keys() <= example.keys(), f"Twilio's example has no {value.keys() - example.keys()}"
    return example | value


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _install() -> None:
    """Install what requirements/npm locks into build/npm, unless that is there."""
    lock = (_LOCKED / "package-lock.json").read_bytes()
    done = _INSTALLED / "installed.lock"
    if done.exists() and done.read_bytes() == lock:
        return
    shutil.rmtree(_INSTALLED, ignore_errors=True)
    shutil.copytree(_LOCKED, _INSTALLED)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    installed = subprocess.run(command, cwd=_INSTALLED, capture_output=True, text=True, timeout=300)
    if installed.returncode:
        pytest.skip(f"needs npm to install {_LOCKED.relative_to(ROOT)}: {installed.stderr[-500:]}")
    (_INSTALLED / "twilio.json").write_text(json.dumps(_description()))
    done.write_bytes(lock)


def _description() -> dict[str, Any]:
    """Return the descriptions of the products we use as one."""
    parts = [json.loads((_INSTALLED / _DESCRIPTIONS / f"twilio_{name}.json").read_text()) for name in _PRODUCTS]
    whole: dict[str, Any] = parts[0]
    for part in parts[1:]:
        assert not whole["paths"].keys() & part["paths"].keys()
        whole["paths"] |= part["paths"]
        whole["components"]["schemas"] |= part["components"]["schemas"]
    return whole


def _answering(address: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(address, timeout=2)
            return address
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError((_INSTALLED / "prism.log").read_text()[-2000:])
