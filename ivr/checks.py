"""What an editor must mend before a caller hears it: never runs during a call."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr import fidelity, messages, yaml_file
from ivr.content import Answer, Content, Lexicon
from ivr.content_files import load
from ivr.helpline import Helpline
from ivr.places import MENU, Places
from ivr.reply_checks import reply_problems
from ivr.wording import in_context
from ivr.yaml_file import ContentError

_MOST_WORDS = 75  # in one part, about 30 seconds of speech
_LONGEST_SENTENCE = 20  # words
_MOST_FACTS = 3  # in one part
_MOST_PRESSES = 3  # from the greeting to any answer
_GREETING_WORDS = 35  # 14 seconds at 150 words a minute
_NOTICE_WORDS = 15  # 6 seconds
_ANNOUNCED_WORDS = 25  # it is heard in every call, before anything else
_HIGHEST_GRADE = 8.0  # Flesch-Kincaid, named terms aside
# What must be said with certain facts: the urgent signpost, and the leaflet's date.
_CARRIED = {
    "treatment_line": {
        *("se-temperature", "se-infection", "se-bleeding", "se-allergy", "se-lungs"),
        *("other-symptoms", "cellulitis", "biopsy-aftercare"),
    },
    "date": {"how-common", "ect-availability"},
}
_NOT_SAID = (
    "invalid|wrong|incorrect|error|incurable|terminal|battle|fight|victim|suffering|haemorrhage|nausea|prognosis"
    "|you have an infection|it is probably|you should|that is normal|nothing to worry about|don't|can't|won't"
)


def problems(root: Path) -> list[str]:
    """Return every problem below ``root`` as ``file: problem and cure``."""
    try:
        content = load(root / "responses")
        facts = yaml_file.read(root / "responses/facts.yml")
        trained = {path.stem: yaml_file.read(path) for path in sorted((root / "nlu").glob("*.yml"))}
    except ContentError as error:
        return error.problems
    known = {name: text for group in facts.values() for name, text in group.items()}
    return [
        *_pairs(content, trained),
        *(problem for answer in content.answers.values() for problem in _answer(answer, known)),
        *(problem for answer in content.answers.values() for problem in _faithful(answer, known)),
        *(problem for answer in content.answers.values() for problem in _speakable(answer, content.lexicon)),
        *_uncited(content, set(known)),
        *_line(content),
        *_too_deep(content, set(known)),
        *reply_problems(root),
    ]


def _pairs(content: Content, trained: dict[str, dict[str, object]]) -> Iterator[str]:
    """One topic is one file in nlu/ and one in responses/; Rasa lets half a pair pass."""
    topics = set(trained) - {"_session"}
    for topic in sorted(set(content.answers) - topics - {"not_understood"}):
        yield f"responses/{topic}.yml: has no nlu/{topic}.yml; write what callers say, or delete it"
    for topic in sorted(topics - set(content.answers)):
        yield f"nlu/{topic}.yml: has no responses/{topic}.yml; write what callers hear, or delete it"
    for topic in sorted(topics):
        yield from _trained(topic, trained[topic])
        yield from _follow_ups(topic, trained[topic], content)


def _trained(topic: str, document: dict[str, object]) -> Iterator[str]:
    if document.get("intents") != [topic]:
        yield f"nlu/{topic}.yml: intents: must be [{topic}], the file's own name"
    text = str(document.get("rules"))
    if f"'intent': '{topic}'" not in text or f"'action': 'utter_{topic}'" not in text:
        yield f"nlu/{topic}.yml: rules: needs one from intent {topic} to action utter_{topic}"
    blocks = document.get("nlu")
    examples = blocks if isinstance(blocks, list) else []
    if {block.get("intent") for block in examples} != {topic} or all(block.get("metadata") for block in examples):
        yield f"nlu/{topic}.yml: nlu: needs examples under intent {topic}"


def _follow_ups(topic: str, document: dict[str, object], content: Content) -> Iterator[str]:
    """Name follow-ups to a topic that nobody can have heard, and those that do not begin with it."""
    blocks = document.get("nlu")
    for block in blocks if isinstance(blocks, list) else ():
        after = str((block.get("metadata") or {}).get("after", ""))
        if after and after not in content.answers:
            yield f"nlu/{topic}.yml: metadata: after: {after} has no file in responses/; correct its name"
        for line in str(block.get("examples", "")).splitlines() if after else ():
            if not line.startswith(in_context(f"- {after}", "")):
                yield f"nlu/{topic}.yml: after: {after}: {line!r} must begin with {in_context(after, '')!r}"


def _answer(answer: Answer, known: Mapping[str, str]) -> Iterator[str]:
    file = f"responses/{answer.topic}.yml"
    if answer.kind == "answer" and not answer.name:
        yield f"{file}: custom.name: is missing; an answer opens with it, and menus offer it"
    for number, part in enumerate(answer.parts, start=1):
        where = f"{file}: part {number}"
        if answer.kind == "answer" and not part.facts:
            yield f"{where}: cites no fact; name those of facts.yml it rests on"
        for fact in sorted(set(part.facts) - set(known)):
            yield f"{where}: {fact} is not in facts.yml; correct it"
        if len(part.facts) > _MOST_FACTS:
            yield f"{where}: has {len(part.facts)} facts; {_MOST_FACTS} at most, move the rest to more:"
        yield from _wording(where, part.text)
    yield from _wording(f"{file}: follow", answer.follow)


def _faithful(answer: Answer, known: Mapping[str, str]) -> Iterator[str]:
    """Name what a wording loses or adds against its facts, and the words it must carry with them."""
    for number, part in enumerate(answer.parts, start=1):
        where = f"responses/{answer.topic}.yml: part {number}"
        facts = [known[fact] for fact in part.facts if fact in known]
        for word in fidelity.lost(facts, part.text):
            yield f"{where}: its facts say {word!r} and it does not; say it, or cite another fact"
        if answer.kind == "answer":
            for figure in fidelity.added(facts, part.text):
                yield f"{where}: says {figure}, which is in none of its facts; take it out"
        for name, needed in _CARRIED.items():
            if needed & set(part.facts) and name not in part.adds:
                yield f"{where}: cites {', '.join(sorted(needed & set(part.facts)))}; add {name} to adds:"


def _speakable(answer: Answer, lexicon: Lexicon) -> Iterator[str]:
    """Name wordings that are hard to follow, and long words nobody has listened to."""
    listed = {word.lower() for term in (*lexicon.respelt, *lexicon.said_as_written) for word in term.split()}
    for number, part in enumerate(answer.parts, start=1):
        where = f"responses/{answer.topic}.yml: part {number}"
        grade = fidelity.reading_grade(part.text, (*lexicon.respelt, *lexicon.said_as_written))
        if grade > _HIGHEST_GRADE:
            yield f"{where}: reads at grade {grade:.1f}; {_HIGHEST_GRADE} at most: shorter words and sentences"
        for word in sorted(set(re.findall(r"[a-z]{11,}", part.text.lower())) - listed):
            yield f"{where}: {word} is in neither list of lexicon.yml; hear it spoken, then add it"


def _wording(where: str, text: str) -> Iterator[str]:
    words = len(text.split())
    if words > _MOST_WORDS:
        yield f"{where}: has {words} words; {_MOST_WORDS} at most, move the rest to more:"
    for sentence in re.split(r"(?<=[.?!:])\s+", text):
        if len(sentence.split()) > _LONGEST_SENTENCE:
            yield f"{where}: a sentence has {len(sentence.split())} words; {_LONGEST_SENTENCE} at most: {sentence!r}"
    for word in re.findall(rf"\b({_NOT_SAID})\b", text, re.IGNORECASE):
        yield f"{where}: says {word!r}; see the words to avoid in README"
    if re.search(r"\bECT\b", text) and "lectrochemotherapy" not in text.split("ECT")[0]:
        yield f"{where}: says ECT before electrochemotherapy; the short form also means another treatment"


def _uncited(content: Content, known: set[str]) -> Iterator[str]:
    """Name facts that callers never hear, or never as the first thing after a question."""
    answers = [answer for answer in content.answers.values() if answer.kind == "answer"]
    cited = {fact for answer in answers for part in answer.parts for fact in part.facts}
    first = {fact for answer in answers for fact in answer.parts[0].facts}
    for fact in sorted(known - cited):
        yield f"responses/facts.yml: {fact} is cited by no answer; callers never hear it"
    for fact in sorted(cited & known - first):
        yield f"responses/facts.yml: {fact} is in no answer's first part; give it a topic of its own"


def _line(content: Content) -> Iterator[str]:
    phone = content.phone
    for name, text, most in (
        ("greeting", phone.greeting, _GREETING_WORDS),
        ("notice", phone.notice, _NOTICE_WORDS),
        ("words_kept.notice", phone.words_kept.notice, _NOTICE_WORDS),
    ):
        if len(text.split()) > most:
            yield f"responses/phone.yml: {name}: has {len(text.split())} words; {most} at most"
        yield from _wording(f"responses/phone.yml: {name}", text)
    for index, announced in enumerate(content.hours.notices):
        where, words = f"responses/hours.yml: notices.{index}", len(announced.say.split())
        if words > _ANNOUNCED_WORDS:
            yield f"{where}: has {words} words; {_ANNOUNCED_WORDS} at most"
        yield from _wording(where, announced.say)
    for fault in messages.faults(phone.texts.message.format(number="0808 800 6000", link="")):
        yield f"responses/phone.yml: texts.message: {fault}"
    for name, value in (*phone.prompts, *phone.texts):
        for text in (value,) if isinstance(value, str) else value:
            yield from _wording(f"responses/phone.yml: prompts.{name}", text)


def _too_deep(content: Content, known: set[str]) -> Iterator[str]:
    """Name each fact whose answers keys do not reach from the greeting within three presses."""
    near = {
        fact
        for place in _presses(Places(content, Helpline(content, (), "")))
        if (answer := content.answers.get(place.removeprefix("topic:")))
        for part in answer.parts
        for fact in part.facts
    }
    for fact in sorted(known - near):
        yield (
            f"responses/facts.yml: {fact} is more than {_MOST_PRESSES} key presses from the greeting; "
            "name its topic in a menu of phone.yml, or as related: of a topic that is near"
        )


def _presses(places: Places) -> dict[str, int]:
    """Return how many key presses each place is from the greeting, as far as three."""
    presses = {MENU: 0}
    queue = deque([MENU])
    while queue:
        place = queue.popleft()
        for choice in places.reply(place).choices if presses[place] < _MOST_PRESSES else ():
            if choice.target not in presses:
                presses[choice.target] = presses[place] + 1
                queue.append(choice.target)
    return presses
