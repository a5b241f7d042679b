"""Who gets the telephone in the browser: this machine, where the operator meant it to."""

import pytest
import requests
from twilio.request_validator import RequestValidator

from ivr.settings import Settings
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, served
from tests.fakes import FakeRasa

FORM = {"CallSid": "CA" + "0" * 32, "AccountSid": "AC1", "From": "anonymous", "To": "+442079460000"}
FROM_PAGE = {"X-Phone-Page": "1"}
PUBLIC = Settings(
    secret_key="secret", auth_token=TOKEN, account_sid="AC2", public_url=PUBLIC_URL, root=ROOT, phone_page=True
)


@pytest.mark.parametrize("path", ["/phone", "/phone/page.js", "/phone/phone.css", "/phone/responses/biopsy.yml"])
def test_the_page_is_for_this_machine_alone(local_line: str, path: str) -> None:
    assert requests.get(local_line + path).status_code == 200
    for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}, {"Host": "line.example.org"}):
        reply = requests.get(local_line + path, headers=headers)
        assert (reply.status_code, reply.content) == (404, b"")


@pytest.mark.parametrize("path", ["/phone", "/phone/page.js", "/phone/responses/biopsy.yml"])
def test_a_public_line_has_no_page(public_line: str, path: str) -> None:
    assert requests.get(public_line + path, headers=FROM_PAGE).status_code == 404


def test_nothing_but_the_page_and_the_words_is_served(local_line: str) -> None:
    for path in (
        "/phone/../settings.py",
        "/phone/%2e%2e/settings.py",
        "/phone/responses/..%2f..%2fconfig.yml",
        "/phone/x",
    ):
        with requests.Session() as session:
            request = requests.Request("GET", local_line + path).prepare()
            request.url = local_line + path  # as written, not tidied
            assert session.send(request).status_code == 404


def test_nothing_is_fetched_from_elsewhere(local_line: str) -> None:
    reply = requests.get(local_line + "/phone")
    policy = reply.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_phone_page_calls_a_line_with_a_token_from_this_machine_only(rasa: FakeRasa) -> None:
    with served(PUBLIC, rasa) as address:
        assert requests.get(f"{address}/phone").status_code == 200
        reply = requests.post(f"{address}/calls/start", FORM, headers=FROM_PAGE)
        assert reply.status_code == 200
        assert f'action="{address}/calls/turn' in reply.text, "the page must find its way back to this machine"
        assert "X-Reply-Detail" in reply.headers
        assert requests.post(f"{address}/calls/start", FORM).status_code == 403, "no other site may call"
        for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Host": "line.example.org"}):
            assert requests.post(f"{address}/calls/start", FORM, headers=FROM_PAGE | headers).status_code == 403
        form = FORM | {"AccountSid": "AC2"}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/calls/start", form)
        reply = requests.post(f"{address}/calls/start", form, headers={"X-Twilio-Signature": signature})
        assert f'action="{PUBLIC_URL}/calls/turn' in reply.text, "Twilio must find its way back too"
        assert "X-Reply-Detail" not in reply.headers
        assert requests.options(f"{address}/calls/start").headers.get("Access-Control-Allow-Origin") is None


def test_an_account_that_is_set_shuts_no_tester_out(rasa: FakeRasa) -> None:
    with served(Settings(secret_key="secret", account_sid="AC2", root=ROOT), rasa) as address:
        assert requests.post(f"{address}/calls/start", FORM).status_code == 200


def test_nobody_signs_with_nothing(rasa: FakeRasa) -> None:
    signature = RequestValidator("").compute_signature("/calls/start", FORM)
    headers = {"X-Twilio-Signature": signature, "X-Forwarded-For": "203.0.113.7"}
    with served(Settings(secret_key="secret", root=ROOT), rasa) as address:
        assert requests.post(f"{address}/calls/start", FORM, headers=headers).status_code == 403


def test_the_header_alone_opens_nothing(public_line: str) -> None:
    assert requests.post(f"{public_line}/calls/start", FORM, headers=FROM_PAGE).status_code == 403
