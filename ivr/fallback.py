"""The net below the net: words and a person, as TwiML that needs no line, no Rasa and no state behind it."""

from ivr.content import Content
from ivr.helpline import Helpline
from ivr.places import Places
from ivr.settings import Settings
from ivr.twiml import Links, Speaker


def stand_alone(content: Content, settings: Settings, caller_id: str = "") -> str:
    """Return TwiML that names the line, rings the Helpline, and says its number once more.

    Twilio asks for it when the line cannot be reached, so it is kept elsewhere. ``caller_id`` is our number;
    without one Twilio shows the caller's own (https://www.twilio.com/docs/voice/twiml/dial#callerid).
    """
    places = Places(content, Helpline(content, (), settings.spoken_number))
    prompts = content.phone.prompts
    speaker = Speaker(content.phone, content.lexicon.respelt, ())
    links = Links(turn="", dialled="", dial_number=settings.helpline_number, caller_id=caller_id)
    return speaker.speak_alone(places.said(prompts.out_of_order), places.said(prompts.out_of_order_after), links)
