"""Turns a Reply into TwiML: the only module that imports twilio.twiml.

Sources: https://www.twilio.com/docs/voice/twiml/gather, /say and /dial.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, Say, SsmlProsody, VoiceResponse

from ivr.phone_words import Listening, Phone, Voice
from ivr.reply import Patience, Reply, Said

_RING_SECONDS = 30  # Twilio's own default, said aloud: "Nobody has answered yet" follows it
_PHONE_NUMBER = r"\b0\d{2,4}(?: \d{3,4}){1,2}\b"


@dataclass(frozen=True)
class Links:
    """Absolute addresses for what happens next, and who a transfer rings as whom."""

    turn: str
    dialled: str
    dial_number: str
    caller_id: str


class Speaker:
    """Speaks replies in one voice, hard words as the lexicon says."""

    def __init__(self, phone: Phone, lexicon: Mapping[str, str], hints: Iterable[str]) -> None:
        """Speak with ``phone``'s voice; ``lexicon`` maps terms to respellings, ``hints`` are words to expect."""
        self._hints = ",".join(hints)
        self._voice: Voice = phone.voice
        self._listening: Listening = phone.listening
        self._lexicon = {term.lower(): alias for term, alias in lexicon.items()}
        terms = sorted(lexicon, key=len, reverse=True)
        words = "|".join(rf"\b{re.escape(term)}\b" for term in terms)
        self._marks = re.compile(rf"(\||{words}|{_PHONE_NUMBER})", re.IGNORECASE)

    def speak(self, reply: Reply, links: Links, *, slow: bool = False, after_key: bool = False) -> str:
        """Return the TwiML of ``reply``; ``after_key`` waits until the phone is back at the ear."""
        response = VoiceResponse()
        lead_in = self._voice.after_key if after_key else 0
        if reply.first_pass:  # outside the Gather no key can cut it short
            response.append(self._say((Said(reply.first_pass),), slow, lead_in))
            lead_in = self._voice.breath
        words = self._say(reply.says, slow, lead_in)
        if reply.then == "listen":
            self._listen(response, words, reply.patience, links)
        else:
            response.append(words)
        if reply.then == "dial":
            response.append(_dial(links))
        if reply.then == "hang_up":
            response.hangup()
        return str(response)

    def speak_alone(self, before: Iterable[Said], after: Iterable[Said], links: Links) -> str:
        """Return TwiML that comes back to no address: ``before`` is said, the Helpline rung, ``after`` said."""
        response = VoiceResponse()
        response.append(self._say(before, slow=False, lead_in=0))
        response.append(_dial(links))
        response.append(self._say(after, slow=False, lead_in=0))
        response.hangup()
        return str(response)

    def _listen(self, response: VoiceResponse, words: Say, patience: Patience, links: Links) -> None:
        gather = Gather(
            input="dtmf speech",
            action=links.turn,
            method="POST",
            action_on_empty_result=True,
            num_digits=1,
            finish_on_key="",  # else Twilio swallows the hash key
            timeout=getattr(self._listening, f"{patience}_timeout"),
            speech_timeout=str(self._listening.speech_timeout),
            speech_model=self._listening.model,
            language=self._listening.language,
            hints=self._hints,
            profanity_filter=False,  # it would star out parts of the body
        )
        gather.append(words)
        response.append(gather)
        response.redirect(links.turn, method="POST")  # a lost result must not end the call

    def _say(self, says: Iterable[Said], slow: bool, lead_in: int) -> Say:
        say = Say(voice=self._voice.name, language=self._voice.language)
        if lead_in:
            say.break_(time=f"{lead_in}ms")
        for index, said in enumerate(says):
            if index:
                say.break_(time=f"{self._voice.item_pause if said.item else self._voice.breath}ms")
            self._pronounce(say, said.text, self._voice.slow_rate if slow else self._voice.rate)
        return say

    def _pronounce(self, say: Say, text: str, rate: str) -> None:
        """Add ``text`` to ``say``: a pause at |, hard words respelt, phone numbers slow."""
        span = SsmlProsody(rate=rate)
        say.append(span)
        for piece in self._marks.split(text):
            if piece == "|":
                span.break_(time=f"{self._voice.press_pause}ms")
            elif re.fullmatch(_PHONE_NUMBER, piece):
                number = SsmlProsody(rate=self._voice.number_rate)
                number.sub(piece, alias=spell_number(piece))
                span = SsmlProsody(rate=rate)
                say.append(number)
                say.append(span)
            elif alias := self._lexicon.get(piece.lower()):
                span.sub(piece, alias=alias)
            elif piece:
                span.append(piece)


def spell_number(number: str) -> str:
    """Return a phone ``number`` digit by digit, its groups kept: "0 8 0 8, 8 0 0, 6 0 0 0"."""
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", number))


def _dial(links: Links) -> Dial:
    dial = Dial(
        action=links.dialled or None,
        method="POST",
        timeout=_RING_SECONDS,
        answer_on_bridge=True,
        caller_id=links.caller_id or None,
    )
    dial.number(links.dial_number)
    return dial
