"""`ivr connect`: what it sets at Twilio, what it finds wrong, and what it says of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.connect import Outside
from ivr.content import Content
from ivr.fallback import stand_alone
from ivr.findings import Finding, report
from ivr.settings import Settings, SettingsError, read
from ivr.twilio_account import Account
from ivr.twilio_errors import AccountError
from tests.conftest import PUBLIC_URL, TOKEN
from tests.outside import ALL_WELL, AS_WANTED, FALLBACK_URL, HOME_TOKEN, bin_with, outside, run, served_line
from tests.servers import absent, answering, hanging
from tests.twilio_mock import ACCOUNT, NUMBER, TwilioMock, prism

World = Callable[..., tuple[Outside, TwilioMock]]
GATHER = f'<Response><Gather action="{PUBLIC_URL}/calls/turn"><Say>Hello</Say></Gather></Response>'
SET = {"number": {"phone_number": NUMBER, **AS_WANTED}}


@pytest.fixture(scope="module")
def twilio() -> Iterator[str]:
    with prism() as address:
        yield address


@pytest.fixture(scope="module")
def written(content: Content) -> str:
    """What `make fallback CALLER_ID=...` writes."""
    return stand_alone(content, Settings(), NUMBER)


@pytest.fixture(scope="module")
def servers(written: str) -> Iterator[dict[str, str]]:
    """The line and its fallback, by the addresses they stand for."""
    with served_line(TOKEN) as line, bin_with(written) as fallback:
        yield {PUBLIC_URL: line, FALLBACK_URL: fallback}


@pytest.fixture
def world(twilio: str, servers: dict[str, str]) -> World:
    """Return a maker of worlds where all is well but for what a test lays over it."""
    return lambda over=None, **others: outside(twilio, servers | others, over)


def test_a_new_number_is_set_all_at_once(world: World) -> None:
    ways, twilio = world()
    said, code = run("connect", ways)
    assert code == 0, said
    [change] = twilio.changes
    assert change.path.startswith(f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers/PN")
    assert change.fields == {
        "VoiceUrl": f"{PUBLIC_URL}/calls/start",
        "StatusCallback": f"{PUBLIC_URL}/calls/status",
        "VoiceFallbackUrl": FALLBACK_URL,
    }, "only what differs; the methods are POST and the lookup is off in the example already"
    for words in (
        f"good The line's address: {PUBLIC_URL}/calls/start answers a rightly signed call.",
        "good Strangers:",
        "good The fallback: when the line is gone, callers are put through to 0808 800 6000.",
        f"good The number: is now set: a call comes in: {PUBLIC_URL}/calls/start;",
        f"good Caller id: the Helpline is rung as {NUMBER}",
        "good Dialling the Helpline: the account may dial +448088006000 (+44808..., special services).",
        "good Price: a transfer costs 0.013 USD a minute",
        "good Region: calls are handled in the United States (us1).",
        "Nothing is wrong.",
    ):
        assert words in said, said
    said, _ = run("connect", ways)
    assert "it was set to this line already" in said
    assert len(twilio.changes) == 1


def test_every_setting_that_differs_is_set(world: World) -> None:
    wrong = {"voice_method": "GET", "voice_fallback_method": "GET", "status_callback_method": "GET"}
    ways, twilio = world({"number": {"phone_number": NUMBER, "voice_caller_id_lookup": True, **wrong}})
    run("connect", ways)
    [change] = twilio.changes
    assert {name: value for name, value in change.fields.items() if not name.lower().endswith(("url", "callback"))} == {
        "VoiceMethod": "POST",
        "VoiceFallbackMethod": "POST",
        "StatusCallbackMethod": "POST",
        "VoiceCallerIdLookup": "false",
    }


def test_a_dry_run_changes_nothing_and_says_what_it_would(world: World) -> None:
    ways, twilio = world({"/v2/PhoneNumbers/+442079460000": {"voice_region": "us1"}})
    said, code = run("connect --dry-run", ways, **IRELAND)
    assert (code, twilio.changes) == (0, [])
    assert f"would be set: a call comes in: {PUBLIC_URL}/calls/start" in said
    assert "calls are handled in the United States (us1); Ireland (ie1) would be set." in said


def test_connection_overrides_behind_the_address_are_left(world: World) -> None:
    tuned = AS_WANTED | {"phone_number": NUMBER, "voice_url": f"{PUBLIC_URL}/calls/start#e=dublin"}
    ways, twilio = world({"number": tuned})
    assert run("connect", ways)[1] == 0
    assert not twilio.changes


def test_a_change_that_twilio_does_not_keep_is_told(world: World) -> None:
    ways, twilio = world()
    twilio.keeps = False
    said, code = run("connect", ways)
    assert code == 1
    assert "BAD The number: Twilio took the change, and yet has not kept:" in said


IRELAND = {"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin", "TWILIO_US1_AUTH_TOKEN": HOME_TOKEN}


def test_ireland_has_its_own_host_and_the_rest_is_asked_at_home(world: World) -> None:
    ways, twilio = world()
    said, code = run("connect", ways, **IRELAND)
    assert code == 0, said
    assert "calls were handled in the United States (us1); from now on in Ireland (ie1)." in said
    assert {(asked.host, asked.token) for asked in twilio.asked} == {
        ("api.dublin.ie1.twilio.com", TOKEN),
        ("api.twilio.com", HOME_TOKEN),
        ("routes.twilio.com", HOME_TOKEN),
        ("voice.twilio.com", HOME_TOKEN),
        ("pricing.twilio.com", HOME_TOKEN),
    }
    assert [change.fields for change in twilio.changes if change.host == "routes.twilio.com"] == [
        {"VoiceRegion": "ie1"}
    ]


@pytest.mark.parametrize("fault", [{"number": {}}, {"/IncomingPhoneNumbers.json": 401}])
def test_calls_are_not_moved_to_a_region_where_the_number_is_not_set(world: World, fault: dict[str, Any]) -> None:
    ways, twilio = world(fault)
    said, code = run("connect", ways, **IRELAND)
    assert code == 1
    assert "BAD Region: calls are handled in the United States (us1)" in said
    assert not twilio.changes


def test_the_number_is_set_before_calls_are_moved_to_it(world: World) -> None:
    ways, twilio = world()
    run("connect", ways, **IRELAND)
    assert [change.host for change in twilio.changes] == ["api.dublin.ie1.twilio.com", "routes.twilio.com"]
    assert "good Region: calls are handled in Ireland (ie1)." in run("connect", ways, **IRELAND)[0]


def test_without_the_token_of_home_the_rest_is_unknown_and_the_number_set(world: World) -> None:
    ways, twilio = world()
    said, code = run("connect", ways, **IRELAND | {"TWILIO_US1_AUTH_TOKEN": None})
    assert code == 0
    assert said.count("set TWILIO_US1_AUTH_TOKEN") == 3
    assert "Nothing is wrong, 3 could not be found out." in said
    assert len(twilio.changes) == 1


def test_a_number_in_ireland_is_not_moved_unasked(world: World) -> None:
    ways, twilio = world({"/v2/PhoneNumbers/+442079460000": {"voice_region": "ie1"}})
    said, code = run("connect", ways)
    assert code == 1
    assert "set TWILIO_REGION=ie1" in said
    assert "routes.twilio.com" not in {change.host for change in twilio.changes}


@pytest.mark.parametrize(
    ("over", "words", "code"),
    [
        ({f"/Accounts/{ACCOUNT}.json": {"status": "suspended"}}, "BAD The Twilio account: it is suspended", 1),
        ({f"/Accounts/{ACCOUNT}.json": {"type": "Trial"}}, "BAD The Twilio account: it is on trial", 1),
        ({"number": {}}, f"BAD The number: the account has no number {NUMBER} in the United States", 1),
        ({"number": {"phone_number": f"{NUMBER}1"}}, "BAD The number: the account has no number", 1),
        ({"number": {"phone_number": NUMBER, "trunk_sid": "TK1"}}, "a SIP trunk (TK1) is set on it, and overrides", 1),
        ({"number": {"phone_number": NUMBER, "voice_application_sid": "AP1"}}, "a TwiML app (AP1) is set on it", 1),
        ({"number": {"phone_number": NUMBER, "capabilities": {"voice": False}}}, "BAD Caller id:", 1),
        ({"/Countries/GB": {"high_risk_special_numbers_enabled": False}}, "tick High-risk special service", 1),
        ({"/HighRiskSpecialPrefixes": {"content": []}, "/Countries/GB": {}}, "tick Low-risk numbers", 1),
        ({"/Countries/GB": ALL_WELL["/Countries/GB"] | {"high_risk_tollfraud_numbers_enabled": True}}, "fraud", 0),
        ({"/Numbers/+448088006000": {"outbound_call_prices": []}}, "? Price: Twilio names no price", 0),
        ({"/v2/PhoneNumbers/+442079460000": 404}, "good Region: calls are handled in the United States", 0),
        ({"/v2/PhoneNumbers/+442079460000": 500}, "? Region: Twilio was asked about the number's region and", 0),
        ({"/Countries/GB": 403}, "? Dialling the Helpline: Twilio does not let this account ask", 0),
    ],
)
def test_what_the_account_lacks_is_told_with_its_cure(
    world: World, over: dict[str, Any], words: str, code: int
) -> None:
    said, got = run("connect", world(over)[0])
    assert words in said
    assert got == code, said


def test_a_refused_token_is_told_once(world: World) -> None:
    ways, twilio = world({f"/Accounts/{ACCOUNT}.json": 401})
    said, code = run("connect", ways)
    assert code == 1
    assert said.count("refuses the account SID with this token") == 1
    assert len(twilio.asked) == 1


@pytest.mark.parametrize("server", [absent, hanging])
def test_a_twilio_that_does_not_answer_is_unknown(server: Callable[..., Any]) -> None:
    with server() as address:
        mock = TwilioMock(address)
        mock.timeout = 0.5
        with pytest.raises(AccountError, match="did not answer") as error:
            Account(Settings(account_sid=ACCOUNT, auth_token=TOKEN), mock).standing()
    assert error.value.state == "unknown"


def test_an_answer_that_is_no_answer_is_unknown() -> None:
    with answering(200, b"<html>Please log in</html>") as address:
        mock = TwilioMock(address)
        mock._laid_over = lambda path, reply: reply  # type: ignore[method-assign]
        with pytest.raises(AccountError, match="could not be read"):
            Account(Settings(account_sid=ACCOUNT, auth_token=TOKEN), mock).standing()


def test_the_price_is_that_of_our_own_number(world: World) -> None:
    def price(amount: str | None, *prefixes: str) -> dict[str, Any]:
        return {"base_price": amount, "current_price": amount, "origination_prefixes": list(prefixes)}

    prices = [price("0.9", "ALL"), price("0.02", "1", "44"), price("0.5", "4478"), price(None, "44207")]
    ways, twilio = world({"/Numbers/+448088006000": {"outbound_call_prices": prices, "price_unit": "GBP"}})
    assert "a transfer costs 0.02 GBP a minute" in run("connect --dry-run", ways)[0]
    [asked] = [asked for asked in twilio.asked if asked.host == "pricing.twilio.com"]
    assert asked.fields == {"OriginationNumber": NUMBER}


def test_the_mock_refuses_what_the_description_does_not_allow(twilio: str) -> None:
    account = Account(Settings(account_sid=ACCOUNT, auth_token=TOKEN), TwilioMock(twilio, dict(ALL_WELL)))
    with pytest.raises(AssertionError, match="not in Twilio's description"):
        account.change(f"PN{'a' * 32}", {"voice_method": "PUT"})
    with pytest.raises(AssertionError, match="not in Twilio's description"):
        account.change("not-a-sid", {"voice_method": "POST"})


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_URL", "TWILIO_NUMBER"])
def test_a_missing_setting_is_named_before_anything_is_asked(world: World, name: str) -> None:
    ways, twilio = world()
    said, code = run("connect", ways, **{name: None}, **({"TWILIO_AUTH_TOKEN": None} if name == "PUBLIC_URL" else {}))
    assert code == 1
    assert f"BAD Settings: {name} is not set." in said
    assert not twilio.asked


def test_a_line_with_another_token_leaves_the_number_alone(world: World) -> None:
    with served_line("another") as other:
        ways, twilio = world({}, **{PUBLIC_URL: other})
        said, code = run("connect", ways)
    assert code == 1
    assert "the line refuses a rightly signed call: its token, account SID or PUBLIC_URL is another than here" in said
    assert "it was left as it is, as the line does not answer" in said
    assert "BAD The number: it is not set to this line" in said, "the rest is looked at all the same"
    assert not twilio.changes


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, GATHER, "BAD Strangers: a call that Twilio did not sign gets status 200"),
        (200, GATHER.replace(PUBLIC_URL, "http://127.0.0.1:8080"), "the call would go on at 127.0.0.1:8080"),
        (200, "<Response><Say>Sorry</Say></Response>", "answers without asking the caller anything"),
        (200, "<html><body>Welcome to nginx</body></html>", "it is no TwiML"),
        (200, "Welcome", "it is no TwiML"),
        (200, "x" * 70_000, "over 64 kB"),
        (302, "", "sends Twilio on to another address"),
        (502, "Bad gateway", "answers with status 502"),
    ],
)
def test_what_answers_at_the_address_must_be_the_line(world: World, status: int, body: str, words: str) -> None:
    with answering(status, body.encode()) as address:
        said, code = run("connect", world({}, **{PUBLIC_URL: address})[0])
    assert words in said
    assert code == 1


def test_an_address_that_nothing_answers_at_is_told(world: World) -> None:
    with absent() as address:
        said, _ = run("connect", world({}, **{PUBLIC_URL: address})[0])
        assert "cannot be reached: no connection" in said
    with answering(200, b"") as address:  # it speaks no TLS
        said, _ = run("connect", world({}, **{PUBLIC_URL: address.replace("http:", "https:")})[0])
        assert "its certificate is not accepted" in said


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://line.example.org", "not https"),
        ("https://127.0.0.1", "only this machine"),
        ("https://10.0.0.3:8443", "only this machine"),
        ("https://localhost", "only this machine"),
    ],
)
def test_an_address_that_twilio_cannot_call_is_told(world: World, address: str, words: str) -> None:
    said, code = run("connect", world()[0], PUBLIC_URL=address)
    assert f"BAD The line's address: PUBLIC_URL is {address}: {words}" in said
    assert code == 1


@pytest.mark.parametrize(
    ("change", "words", "bad"),
    [
        (lambda text: text.replace("+448088006000", "+448081112222"), "does not ring +448088006000", True),
        (lambda text: text.replace("<Dial ", f'<Dial action="{PUBLIC_URL}/calls/dialled" '), "leads back to", True),
        (lambda text: text.replace("<Hangup", f"<Redirect>{PUBLIC_URL}/x</Redirect><Hangup"), "leads back to", True),
        (lambda text: "<html/>", "what is there is no TwiML", True),
        (lambda text: text.replace(NUMBER, "+442079460999"), "are not those of `make fallback` now", False),
        (lambda text: text.replace("><", ">\n  <"), "callers are put through", False),
    ],
)
def test_the_fallback_must_ring_the_helpline_by_itself(
    world: World, written: str, change: Callable[[str], str], words: str, bad: bool
) -> None:
    with bin_with(change(written)) as address:
        said, code = run("connect", world(SET, **{FALLBACK_URL: address})[0])
    assert words in said
    assert code == bad, said


def test_a_fallback_laid_out_anew_is_still_the_same(world: World, written: str) -> None:
    with bin_with(written.replace("><", ">\n  <")) as address:
        assert "make fallback" not in run("connect", world(SET, **{FALLBACK_URL: address})[0])[0]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"FALLBACK_URL": None}, "FALLBACK_URL is not set: when the line is gone, callers hear Twilio's error"),
        ({"FALLBACK_URL": f"{PUBLIC_URL}/fallback.xml"}, "on the line's own host"),
        ({"FALLBACK_URL": "http://handler.example.net/fallback"}, "not https"),
        ({"FALLBACK_URL": f"{FALLBACK_URL}/elsewhere"}, "it answers with status 404"),
    ],
)
def test_a_fallback_that_is_nowhere_is_told(world: World, environ: dict[str, str | None], words: str) -> None:
    ways, _ = world(SET)
    said, code = run("connect", ways, **environ)
    assert words in said
    assert code == 1


@pytest.mark.parametrize(("status", "words"), [(405, "takes no HTTP POST"), (500, "answers with status 500")])
def test_a_fallback_that_fails_is_told(world: World, status: int, words: str) -> None:
    with answering(status, b"") as address:
        assert words in run("connect", world(SET, **{FALLBACK_URL: address})[0])[0]
    with absent() as address:
        assert "cannot be reached" in run("connect", world(SET, **{FALLBACK_URL: address})[0])[0]


@pytest.mark.parametrize(
    "environ",
    [
        {"TWILIO_NUMBER": "020 7946 0000"},
        {"FALLBACK_URL": "fallback.xml"},
        {"TWILIO_REGION": "ie1"},
        {"TWILIO_EDGE": "dublin"},
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        read(environ, tmp_path)


def test_a_report_keeps_addresses_whole_and_counts() -> None:
    lines: list[str] = []
    long = f"{PUBLIC_URL}/{'a-b/' * 40}"
    found = [Finding("One", "good", "fine."), Finding("Two", "unknown", f"see {long} now.", f"open {long}")]
    assert report(found, lines.append) is False
    assert "\n".join(lines).count(long) == 2
    assert lines[-1] == "\nNothing is wrong, 1 could not be found out."
    assert report([*found, Finding("Three", "bad", "broken.")], lines.append) is True
    assert lines[-1] == "\n1 to mend, 1 could not be found out."


def test_tokens_are_in_no_representation() -> None:
    assert "hidden" not in repr(Settings(auth_token="hidden", us1_auth_token="hidden"))
