"""What is heard at each place of a call: a pure function from a place to a Reply.

A place is a short text that travels in the URL: ``menu``, ``menu.4.0`` (items by
position), ``topic:biopsy``, ``topic:symptoms:1`` (its second part),
``clarify:cure:treatment``, ``others:cure:treatment``, ``beside:distress:cure`` (comfort,
or a refusal, and an answer that may be wanted too; ``beside:distress:crisis``: and Samaritans), ``person``, ``closed``,
``call_back`` (after a transfer that reached nobody), ``staying`` (comfort was given and a person declined),
``numbers`` (Samaritans' and the Helpline's) and ``text`` (shall it be sent?).
Anything else is the main menu, so that a caller whose place went away with an edit is
never lost.
"""

from collections.abc import Iterable, Sequence

from ivr.content import Answer, Content, Part
from ivr.helpline import Helpline
from ivr.phone_words import MenuItem
from ivr.reply import Choice, Reply, Said
from ivr.state import State

MENU = "menu"
PERSON = "person"
CLOSED = "closed"
CALL_BACK = "call_back"
STAYING = "staying"
NUMBERS = "numbers"
BESIDE = "beside:"
TEXT = "text"
SEND = "text:send"
DO_NOT_SEND = "text:no"
_MOST_NAMED_TWICE = 2  # topics: in the question, and again with their keys
_TEXT_ME = "text_me"  # the topic that asks for a text
_OFFERS_A_PERSON = ("refuse", "distress", "crisis")
_OFFERS_A_TEXT = ("answer", "about", "refuse", "distress")


class Places:
    """Renders places from one Content and what is known of the Helpline."""

    def __init__(self, content: Content, helpline: Helpline) -> None:
        """Speak ``content``, and of ``helpline`` as it is at each moment."""
        self._content = content
        self._prompts = content.phone.prompts
        self._helpline = helpline

    def here(self, state: State) -> Reply:
        """Return what is heard where the caller of ``state`` is."""
        return self.reply(state.place, by_text=state.texting == "offered" and _TEXT_ME in self._content.answers)

    def reply(self, place: str, *, by_text: bool = False) -> Reply:
        """Return what is heard at ``place``; ``by_text``: the Helpline's number by text is among the choices."""
        head, _, rest = place.partition(":")
        if head == "topic":
            topic, _, part = rest.partition(":")
            if answer := self._content.answers.get(topic):
                return self._answer(answer, int(part) if part.isdecimal() else 0, by_text)
        named = rest.split(":")
        topics = [topic for topic in named if topic in self._content.answers]
        if head == "beside" and topics[:1] == named[:1]:
            return self._answer(self._content.answers[topics[0]], 0, by_text, topics[1:])
        if head in ("clarify", "others") and topics:
            return self._clarify(topics, self._prompts.not_that if head == "others" else self._prompts.did_you_ask)
        if place == PERSON and not self._helpline.is_closed:
            return Reply("transfer", self.said(*self._helpline.notices(), self._prompts.connecting), then="dial")
        if place in (PERSON, CLOSED):
            words = self._content.hours
            return self.call_back(words.transfer_closed, words.alternatives, by_text=by_text)
        if place == CALL_BACK:
            return self.call_back(self._prompts.call_back, by_text=by_text)
        if place == STAYING:
            return Reply("control", self.said(self._prompts.staying), patience="wait", keeps_keys=True)
        if place == NUMBERS:
            return Reply("control", self.said(self._prompts.both_numbers), patience="wait", keeps_keys=True)
        if place == TEXT:
            return self._shall_it_be_sent()
        return self._menu(place)

    def welcome(self) -> Reply:
        """Return the first words of a call, with the main menu after them."""
        phone = self._content.phone
        notices = self._helpline.notices()
        opening = self.said(phone.greeting, *notices, phone.notice, self._prompts.ask_or_wait)
        choices = self._menu_choices(phone.menu, MENU)
        says = (*opening, *self.choice_lines(choices))
        return Reply("menu", says, choices=choices, more=_last(phone.menu, MENU))

    def said(self, *prompts: str, **fillings: str) -> tuple[Said, ...]:
        """Return the line's own ``prompts`` as breaths, their {placeholders} filled."""
        known = self._helpline.fillings()
        return _breaths(prompt.format(**known, **fillings) for prompt in prompts)

    def choice_lines(self, choices: Iterable[Choice]) -> tuple[Said, ...]:
        """Return "For this, press 1" for each of ``choices``."""
        lines = (self._prompts.choice.format(name=choice.name, key=key) for key, choice in enumerate(choices, start=1))
        return tuple(Said(line, item=True) for line in lines)

    def call_back(self, *prompts: str, by_text: bool) -> Reply:
        """Say ``prompts`` to a caller who reached nobody; then the number by text is offered, or the menu read."""
        menu, texts = self._menu(MENU), self._content.phone.texts
        if not by_text:
            return Reply("transfer", (*self.said(*prompts), *menu.says), choices=menu.choices, more=menu.more)
        choices = (*self._topics([_TEXT_ME]), Choice(texts.or_menu, MENU))
        return Reply("transfer", (*self.said(*prompts), *self.choice_lines(choices)), choices=choices)

    def _shall_it_be_sent(self) -> Reply:
        texts = self._content.phone.texts
        # Not on the key that led here first of all: whoever pressed it twice has agreed to nothing.
        choices = (Choice(texts.do_not_send, DO_NOT_SEND), Choice(texts.send, SEND))
        says = (*self.said(texts.warning, texts.ask), *self.choice_lines(choices))
        return Reply("control", says, choices=choices, yes=SEND)

    def _menu(self, place: str) -> Reply:
        menu, path = self._menu_at(place)
        choices = self._menu_choices(menu, path)
        prompt = self._prompts.main_menu if path == MENU else self._prompts.submenu
        return Reply("menu", (*self.said(prompt), *self.choice_lines(choices)), choices=choices, more=_last(menu, path))

    def _menu_at(self, place: str) -> tuple[Sequence[MenuItem], str]:
        menu: Sequence[MenuItem] = self._content.phone.menu
        _, *steps = place.split(".")
        for step in steps:
            index = int(step) if step.isdecimal() else len(menu)
            if index >= len(menu) or not menu[index].menu:
                return self._content.phone.menu, MENU
            menu = menu[index].menu
        return menu, place if place.startswith(MENU) else MENU

    def _menu_choices(self, menu: Sequence[MenuItem], path: str) -> tuple[Choice, ...]:
        return tuple(Choice(item.say, _target(item, path, index)) for index, item in enumerate(menu))

    def _topics(self, topics: Iterable[str]) -> tuple[Choice, ...]:
        return tuple(Choice(self._content.answers[topic].name, f"topic:{topic}") for topic in topics)

    def _answer(self, answer: Answer, index: int, by_text: bool, beside: Sequence[str] = ()) -> Reply:
        part = answer.parts[min(index, len(answer.parts) - 1)]
        has_more = index + 1 < len(answer.parts)
        named = [topic for topic in beside if self._content.answers[topic].name]
        # Not beside an answer: on key 2 it would be agreed to by pressing that twice (docs/decisions/0015).
        text = [_TEXT_ME] if by_text and not named and answer.kind in _OFFERS_A_TEXT else []
        choices = self._topics(dict.fromkeys((*named, *answer.related, *text)))
        return Reply(
            answer.kind,
            (*self._words(answer, part), *self._offer(beside), *self._ways_on(answer, choices, has_more)),
            topic=_topic(answer),
            choices=choices,
            yes=PERSON if answer.kind in _OFFERS_A_PERSON else "",
            more=f"topic:{answer.topic}:{index + 1}" if has_more else "",
            first_pass=part.text if answer.follow else "",
            patience="open",
            then="hang_up" if answer.then == "hang_up" else "listen",
        )

    def _words(self, answer: Answer, part: Part) -> tuple[Said, ...]:
        """Return the answer itself: it opens with its topic, so that a mistake is heard at once."""
        opens = answer.name and answer.kind in ("answer", "about")
        opening = self.said(self._prompts.about, name=answer.name) if opens else ()
        added = self.said(*(self._content.phone.additions[name] for name in part.adds))
        return (*opening, *_breaths([part.text, answer.follow]), *added)

    def _offer(self, beside: Sequence[str]) -> tuple[Said, ...]:
        """Return the words before what is ``beside`` comfort or a refusal; a wish to die is met in them at once."""
        if any(self._content.answers[topic].kind == "crisis" for topic in beside):
            return self.said(self._prompts.listeners)
        return self.said(self._prompts.beside) if beside else ()

    def _ways_on(self, answer: Answer, choices: tuple[Choice, ...], has_more: bool) -> tuple[Said, ...]:
        more = self.said(self._prompts.more) if has_more else ()
        closing = {"answer": self._prompts.anything_else, "about": self._prompts.what_next}.get(answer.kind)
        return (*more, *self.choice_lines(choices), *(self.said(closing) if closing else ()))

    def _clarify(self, topics: Sequence[str], prompt: str) -> Reply:
        choices = self._topics(topics)
        names = [choice.name for choice in choices]
        if len(topics) == 1:
            question = self.said(self._prompts.did_you_ask_one, first=names[0])
            return Reply("clarify", question, topic=topics[0], choices=choices, yes=choices[0].target)
        if len(topics) > _MOST_NAMED_TWICE:
            prompt = self._prompts.did_you_ask_several
        question = self.said(prompt, first=names[0], second=names[1])
        return Reply("clarify", (*question, *self.choice_lines(choices)), topic=topics[0], choices=choices)


def _breaths(texts: Iterable[str]) -> tuple[Said, ...]:
    return tuple(Said(line) for text in texts for line in text.splitlines() if line.strip())


def _topic(answer: Answer) -> str:
    """Return what the X-Reply-Topic header says: an answer's topic, or a clarify's first."""
    if answer.kind == "clarify" and answer.related:
        return answer.related[0]
    return answer.topic if answer.kind == "answer" else ""


def _target(item: MenuItem, path: str, index: int) -> str:
    return f"topic:{item.ask}" if item.ask else f"{path}.{index}"


def _last(menu: Sequence[MenuItem], path: str) -> str:
    """Return where "something else" leads: the last item, if it opens a menu."""
    return _target(menu[-1], path, len(menu) - 1) if menu[-1].menu else ""
