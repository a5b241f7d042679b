"""What Twilio would stumble over in a reply; twilio-python itself checks none of it.

Sources: https://www.twilio.com/docs/voice/twiml/gather, /say, /dial; errors 12100, 13335, 13511-13520.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree

HELPLINE = "+448088006000"
VERBS = {
    "Say": {"voice", "language"},
    "Gather": {
        *("action", "method", "input", "timeout", "speechTimeout", "numDigits", "finishOnKey"),
        *("actionOnEmptyResult", "hints", "language", "speechModel", "profanityFilter"),
    },
    "Redirect": {"method"},
    "Dial": {"action", "method", "timeout", "callerId", "answerOnBridge"},
    "Pause": {"length"},
    "Hangup": set(),
}
SSML = {"break": {"time"}, "prosody": {"rate"}, "sub": {"alias"}, "p": set(), "s": set()}
LAST = ("Redirect", "Hangup", "Dial")


def faults(text: str, base: str, secrets: tuple[str, ...] = ()) -> list[str]:
    """Return what is wrong with the TwiML in ``text`` of the line at ``base``.

    ``secrets`` are words and numbers of the caller that must stand in no address.
    """
    if len(text.encode()) > 64_000:
        return ["over 64 kB"]
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [f"not XML: {error}"]
    if root.tag != "Response" or not text.startswith("<?xml"):
        return ["not a TwiML document"]
    return [*_order(list(root)), *(fault for verb in root for fault in _verb(verb, base, secrets))]


def _order(verbs: list[ElementTree.Element]) -> Iterator[str]:
    if not verbs:
        yield "an empty response: silence, then a dropped call"
        return
    for verb, following in zip(verbs, [*verbs[1:], None], strict=True):
        if verb.tag in LAST and following is not None:
            yield f"{following.tag} after {verb.tag} is never reached"
        if verb.tag == "Gather" and following is None:
            yield "nothing after Gather: a lost result would end the call"
    if verbs[-1].tag not in LAST:
        yield f"ends with {verbs[-1].tag}: the call would end unannounced"


def _verb(verb: ElementTree.Element, base: str, secrets: tuple[str, ...]) -> Iterator[str]:
    if verb.tag not in VERBS:
        yield f"unknown verb {verb.tag}"
        return
    if unknown := set(verb.attrib) - VERBS[verb.tag]:
        yield f"{verb.tag}: unknown attributes {sorted(unknown)}"
    if verb.tag != "Say" and _has_loose_text(verb):
        yield f"{verb.tag}: loose text"
    yield from {"Say": _say, "Gather": _gather, "Dial": _dial}.get(verb.tag, _nothing)(verb)
    for url in _addresses(verb):
        yield from _address(url, base, secrets)
    if verb.tag == "Gather":
        for child in verb:
            if child.tag not in ("Say", "Pause"):
                yield f"{child.tag} inside Gather"
            yield from _verb(child, base, secrets)


def _has_loose_text(verb: ElementTree.Element) -> bool:
    inside = "" if verb.tag == "Redirect" else verb.text or ""
    return bool(inside.strip() or (verb.tail or "").strip())


def _nothing(verb: ElementTree.Element) -> Iterator[str]:
    return iter(())


def _say(say: ElementTree.Element) -> Iterator[str]:
    words = "".join(say.itertext()).strip()
    if not words:
        yield "an empty Say"
    if len(words) > 3000:
        yield f"a Say of {len(words)} characters"
    if say.get("language") != "en-GB" or not (say.get("voice") or "").startswith(("Polly.", "Google.en-GB")):
        yield "a Say without a British voice"
    for element in say.iter():
        if element is not say and element.tag not in SSML:
            yield f"SSML {element.tag} is not for this voice"
        elif element is not say and set(element.attrib) - SSML[element.tag]:
            yield f"SSML {element.tag}: unknown attributes"
        if element.tag == "sub" and not element.get("alias"):
            yield "a sub without an alias"


def _gather(gather: ElementTree.Element) -> Iterator[str]:
    expected = {
        "input": "dtmf speech",
        "actionOnEmptyResult": "true",
        "numDigits": "1",
        "finishOnKey": "",
        "language": "en-GB",
        "method": "POST",
        "profanityFilter": "false",
    }
    for name, value in expected.items():
        if gather.get(name) != value:
            yield f"Gather {name} is {gather.get(name)!r}, not {value!r}"
    for name in ("timeout", "speechTimeout"):
        if not (gather.get(name) or "").isdigit() or int(gather.get(name, "0")) < 1:
            yield f"Gather {name} is {gather.get(name)!r}: a whole number of seconds is needed"
    hints = (gather.get("hints") or "").split(",")
    if len(hints) > 500 or any(len(hint) > 100 for hint in hints):
        yield "too many or too long hints"
    if gather.find("Say") is None:
        yield "a Gather that says nothing"


def _dial(dial: ElementTree.Element) -> Iterator[str]:
    numbers = [number.text for number in dial]
    if numbers != [HELPLINE] or [child.tag for child in dial] != ["Number"]:
        yield f"dials {numbers}, not the Helpline"
    if not dial.get("callerId"):
        yield "Dial without a caller id"
    if not dial.get("action"):
        yield "Dial without an action: the caller is dropped after it"


def _addresses(verb: ElementTree.Element) -> list[str]:
    return [verb.get("action", "")] if "action" in verb.attrib else [verb.text or ""] * (verb.tag == "Redirect")


def _address(url: str, base: str, secrets: tuple[str, ...]) -> Iterator[str]:
    if not url.startswith(base + "/"):
        yield f"leads to {url}, not to {base}"
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield f"{url} is not https"
    for secret in secrets:
        if len(secret) > 5 and secret in url:
            yield f"the address holds {secret!r} of the caller"
