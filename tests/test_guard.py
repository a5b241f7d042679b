"""Who may speak to the line: Twilio, or this machine while no token is set; nobody else."""

import socket
from urllib.parse import urlsplit

import pytest
import requests
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.settings import Settings
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, served
from tests.fakes import FakeRasa

CALL = "CA" + "0" * 32
FORM = {"CallSid": CALL, "AccountSid": "AC1", "From": "anonymous", "To": "+442079460000"}


def signature(url: str, form: object, token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def post(address: str, path: str = "/calls/start", form: object = FORM, **headers: str) -> requests.Response:
    return requests.post(address + path, data=form, headers=headers)


def signed(address: str, path: str = "/calls/start", form: dict[str, str] = FORM) -> requests.Response:
    return requests.post(address + path, data=form, headers=signature(PUBLIC_URL + path, form))


def raw(address: str, request: bytes) -> str:
    """Send bytes no well-behaved client would; return the status line."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(4096).split(b"\r\n")[0].decode()


def test_a_right_signature_is_let_in(public_line: str) -> None:
    assert signed(public_line).status_code == 200


@pytest.mark.parametrize("path", ["/calls/start", "/calls/turn", "/calls/dialled", "/calls/status"])
def test_no_signature_is_refused_without_a_word(public_line: str, path: str) -> None:
    reply = post(public_line, path)
    assert (reply.status_code, reply.content) == (403, b"")


@pytest.mark.parametrize(
    ("url", "form", "token"),
    [
        (f"{PUBLIC_URL}/calls/start", FORM, "another token"),
        (f"{PUBLIC_URL}/calls/turn", FORM, TOKEN),
        (f"{PUBLIC_URL}/calls/start?x=1", FORM, TOKEN),
        ("http://line.example.org/calls/start", FORM, TOKEN),
        ("https://another.example.org/calls/start", FORM, TOKEN),
        (f"{PUBLIC_URL}/calls/start", {**FORM, "To": "+15550100"}, TOKEN),
        (f"{PUBLIC_URL}/calls/start", {}, TOKEN),
    ],
)
def test_a_signature_of_something_else_is_refused(public_line: str, url: str, form: dict[str, str], token: str) -> None:
    assert post(public_line, **signature(url, form, token)).status_code == 403


def test_an_empty_signature_is_refused(public_line: str) -> None:
    assert post(public_line, **{"X-Twilio-Signature": ""}).status_code == 403


def test_the_address_is_checked_as_twilio_wrote_it(public_line: str) -> None:
    for path in ("/calls/turn?state=caf%C3%A9%2F", "/calls/turn?state=a+b&state=c"):
        assert signed(public_line, path).status_code == 200


def test_every_value_of_a_repeated_parameter_is_checked(public_line: str) -> None:
    url = f"{PUBLIC_URL}/calls/start"
    rows = [*FORM.items(), ("Twice", "one"), ("Twice", "two")]
    signed_over = MultiDict(rows)
    right = RequestValidator(TOKEN).compute_signature(url, signed_over)
    assert requests.post(public_line + "/calls/start", data=rows, headers={"X-Twilio-Signature": right}).ok
    altered = [*rows[:-1], ("Twice", "three")]
    reply = requests.post(public_line + "/calls/start", data=altered, headers={"X-Twilio-Signature": right})
    assert reply.status_code == 403


def test_a_body_hash_does_not_exempt_the_form(public_line: str) -> None:
    path = "/calls/start?bodySHA256=" + "0" * 64
    headers = signature(PUBLIC_URL + path, {})
    assert requests.post(public_line + path, data=FORM, headers=headers).status_code == 403
    assert signed(public_line, path).status_code == 403


def test_forwarded_headers_do_not_change_the_address(public_line: str) -> None:
    headers = signature("https://evil.example.org/calls/start", FORM)
    reply = post(public_line, **headers, **{"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https"})
    assert reply.status_code == 403


def test_another_account_is_refused() -> None:
    settings = Settings(secret_key="s", auth_token=TOKEN, public_url=PUBLIC_URL, account_sid="AC2", root=ROOT)
    with served(settings, FakeRasa()) as address:
        assert signed(address).status_code == 403
        assert signed(address, form={**FORM, "AccountSid": "AC2"}).status_code == 200


@pytest.mark.parametrize("call", ["", "CA1", "../../etc", "CA" + "0" * 31 + "G", CALL + "\n"])
def test_a_malformed_call_id_is_refused(local_line: str, call: str) -> None:
    assert post(local_line, form={**FORM, "CallSid": call}).status_code == 403


def test_without_a_token_this_machine_is_let_in(local_line: str) -> None:
    port = urlsplit(local_line).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "localhost"):
        assert post(local_line, Host=host).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "line.example.org"},
        {"Host": "localhost.example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-Proto": "https"},
        {"x-forwarded-anything": ""},
    ],
)
def test_without_a_token_a_tunnel_or_proxy_is_refused(local_line: str, headers: dict[str, str]) -> None:
    assert post(local_line, **headers).status_code == 403


def test_odd_requests_get_neither_words_nor_a_page(public_line: str) -> None:
    for path in ("/calls/start/", "/calls/", "/calls/unknown", "/", "/calls//start", "/CALLS/start"):
        reply = post(public_line, path)
        assert reply.status_code in (403, 404)
        assert reply.content == b""
    assert requests.get(f"{public_line}/calls/start").content == b""


def test_an_absolute_request_target_is_refused(public_line: str) -> None:
    body = "CallSid=" + CALL
    mark = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/calls/start", {"CallSid": CALL})
    head = "Host: line.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
    request = (
        f"POST https://line.example.org/calls/start HTTP/1.1\r\n{head}"
        f"X-Twilio-Signature: {mark}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    assert " 403 " in raw(public_line, request.encode())


def test_an_oversized_body_is_refused(local_line: str) -> None:
    reply = post(local_line, form={**FORM, "SpeechResult": "a" * 70_000})
    assert reply.status_code in (403, 413)
    assert b"<html" not in reply.content.lower()


def test_the_token_shows_in_no_text_of_the_settings() -> None:
    settings = Settings(auth_token=TOKEN, secret_key="hidden", metrics_token="hidden too")
    assert TOKEN not in repr(settings)
    assert "hidden" not in repr(settings)
