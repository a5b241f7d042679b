"""Everything answering a call takes, built from settings and content, and built anew when an editor asks."""

import getpass
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ivr.content import Content, hints, with_words_kept
from ivr.content_files import load
from ivr.conversation import Conversation
from ivr.fallback import stand_alone
from ivr.helpline import Clock, Helpline
from ivr.limits import Limits
from ivr.messages import Messenger, faults, message
from ivr.places import Places
from ivr.rasa import Dialogue
from ivr.reply import Reply
from ivr.settings import Settings
from ivr.state import StateSigner
from ivr.thresholds import read_thresholds
from ivr.twiml import Speaker
from ivr.unanswered import Unanswered
from ivr.watching import Watcher
from ivr.yaml_file import ContentError

_log = logging.getLogger(__name__)
_MARKER = Path("build/reload")


@dataclass(frozen=True)
class Equipment:
    """What a line has besides its words, and keeps when they are loaded anew.

    ``watchers`` are told of every turn; ``messenger`` sends texts and ``unanswered`` keeps questions, where that is
    wanted.
    """

    watchers: Sequence[Watcher] = ()
    messenger: Messenger | None = None
    unanswered: Unanswered | None = None


@dataclass(frozen=True)
class Line:
    """What answering a call takes. ``last_resort`` is TwiML for when even ``trouble`` cannot be said.

    ``message`` is what the equipment's messenger sends to callers who ask for it.
    """

    settings: Settings
    content: Content
    conversation: Conversation
    speaker: Speaker
    signer: StateSigner
    trouble: Reply
    last_resort: str
    message: str
    equipment: Equipment


def build(
    settings: Settings, dialogue: Dialogue, clock: Clock | None = None, equipment: Equipment = Equipment()
) -> Line:
    """Return the line that speaks responses/ as they are now, or raise ContentError."""
    content = load(settings.root / "responses")
    text = message(content, settings)
    if equipment.messenger and (found := list(faults(text, settings.text_sender))):
        raise ContentError([f"responses/phone.yml: texts.message: {fault}" for fault in found])
    if settings.keep_unanswered:
        content = with_words_kept(content, settings.keep_unanswered)
    helpline = Helpline(content, settings.openings, settings.spoken_number, settings.nation, clock)
    places = Places(content, helpline)
    limits = Limits(content.phone.limits, places, content.phone.prompts, helpline.clock)
    return Line(
        settings,
        content,
        Conversation(content, places, limits, dialogue, read_thresholds(settings.root / "config.yml")),
        Speaker(content.phone, content.lexicon.respelt, hints(content)),
        StateSigner(settings.secret_key),
        Reply("transfer", places.said(content.phone.prompts.trouble), then="dial"),
        stand_alone(content, settings),
        text,
        equipment,
    )


class CurrentLine:
    """The line as it is now: call it for each request, in any thread.

    ``ask_reload`` is noticed at the next request. Content that cannot be used changes nothing, and is named in the log.
    """

    def __init__(
        self, settings: Settings, dialogue: Dialogue, clock: Clock | None = None, equipment: Equipment = Equipment()
    ) -> None:
        """Build the first line, or raise ContentError."""
        self._build = partial(build, settings, dialogue, clock, equipment)
        self._marker = settings.root / _MARKER
        self._asked = _written(self._marker)
        self._reloading = threading.Lock()
        self._line = self._build()

    def __call__(self) -> Line:
        """Return the line to answer this request with."""
        if _written(self._marker) != self._asked and self._reloading.acquire(blocking=False):
            try:  # the other threads answer with the old words meanwhile
                self._reload()
            finally:
                self._reloading.release()
        return self._line

    def _reload(self) -> None:
        self._asked = _written(self._marker)
        by = self._marker.read_text().strip()
        try:
            new = self._build()
        except ContentError as error:
            _log.error("reload asked for by %s: refused, callers hear the old words: %s", by, error)
            return
        changed = ", ".join(_differences(self._line.content, new.content)) or "nothing"
        self._line = new
        _log.warning("reload asked for by %s: %s changed", by, changed)


def ask_reload(root: Path) -> None:
    """Let every process that serves ``root`` load its content anew; raise ContentError if it cannot be used."""
    load(root / "responses")
    marker = root / _MARKER
    marker.parent.mkdir(exist_ok=True)
    fresh = marker.with_suffix(".new")
    fresh.write_text(getpass.getuser())
    os.replace(fresh, marker)  # nobody reads half a name


def _written(marker: Path) -> int:
    try:
        return marker.stat().st_mtime_ns
    except OSError:
        return 0


def _differences(old: Content, new: Content) -> list[str]:
    topics = sorted(old.answers.keys() | new.answers.keys())
    rest = [name for name in Content.model_fields if name != "answers"]
    return [
        *(topic for topic in topics if old.answers.get(topic) != new.answers.get(topic)),
        *(f"{name}.yml" for name in rest if getattr(old, name) != getattr(new, name)),
    ]
