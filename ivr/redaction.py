"""Takes out of words whatever could name somebody, by keeping only words that many callers say.

A list of what may stay is safer than one of what must go: a name, a street or a rare illness that nobody thought of is
on neither. What may stay are the words of nlu/ that are used under several topics, without the names among them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import groupby
from pathlib import Path

from ivr import yaml_file
from ivr.wording import normalise

GAP = "[...]"
NUMBER = "[number]"
_LEAST_TOPICS = 3  # under which a word is used, to be anybody's
_EVERYDAY_TOPICS = 40  # and to stay even after "nurse": "the nurse said"

# First names, families, towns, countries and shops that callers of nlu/ say.
_PROPER = """
anna billy brenda dey ginger holly jean mary maureen nick okafor patel pauline penny frankenstein alexa macmillan
accra australia belfast benidorm birmingham cardiff cornwall england hull glasgow ireland lahore leeds leicester
london manila norwich poland portugal scottish spain swansea tenerife wales chinese english greek polish punjabi
romanian welsh asda tesco carol doreen elizabeth evans foster lewis marsden pritchard baker butcher hill porter
addenbrooke's derriford hickman hodgkin's parkinson's velindre ballymena blackpool bristol canada caribbean carlisle
dundee ghana gujarati handsworth inverness jamaica kingston kumasi lagos lisbon liverpool llandudno nigerian perth
plymouth romania trinidad warsaw whitby wolverhampton yoruba jesus lane lucky mane
aberdeen america bob britain dean dublin irish italian lee majorca manchester mercy newcastle ruby siri zealand
bull china france french frost fry german india joseph margaret rose sheila susan tank tenby derek joy preston
jack linda derby olive scotland toronto cliff cyprus joan karen lamb lanzarote sandra pugh kent vera
terry dawn brian hale mia kowalska turkey beryl mavis ted
"""
_NAMING = re.compile(r"\b(?:names? is|name's|named|called|this is|speaking to|speaking with)$")
_ADDRESS = re.compile(r"\S*[@/]\S*")
_TITLES = "mr mrs ms miss mister missus dr doctor nurse sister auntie aunty aunt uncle father pastor"
_COUNTING = """
oh nought zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred double triple
"""


class Redaction:
    """Keeps the words that are everybody's."""

    def __init__(self, spread: dict[str, int]) -> None:
        """Know under how many topics each word is used."""
        self._common = {word for word, topics in spread.items() if topics >= _LEAST_TOPICS} - set(_PROPER.split())
        self._titles = set(_TITLES.split())
        self._counting = set(_COUNTING.split())
        self._everyday = {word for word in self._common if spread[word] >= _EVERYDAY_TOPICS}

    def redacted(self, words: str) -> str:
        """Return ``words`` with gaps, or an empty string if hardly a word would be left."""
        gone_over = self._gone_over(normalise(_ADDRESS.sub(" xxxx ", words)).split())
        kept = [word for word, same in groupby(gone_over) for word in ([word] if word in (GAP, NUMBER) else same)]
        said = [word for word in kept if word not in (GAP, NUMBER)]
        return " ".join(kept) if len(said) >= max(2, len(kept) / 2) else ""

    def _gone_over(self, words: list[str]) -> Iterator[str]:
        for index, word in enumerate(words):
            yield self._shown(word, words[:index], words[index + 1 : index + 2])

    def _shown(self, word: str, before: list[str], after: list[str]) -> str:
        if any(sign.isdigit() for sign in word) or (word in self._counting and self._counting & {*before[-1:], *after}):
            return NUMBER
        if word not in self._allowed(before):
            return GAP
        return word

    def _allowed(self, before: list[str]) -> Set[str]:
        """Return what may stay after the words ``before``: next to a title or "my name is" only everyday words."""
        is_named = any(_NAMING.search(" ".join(before[: len(before) - back])) for back in (0, 1) if len(before) > back)
        return self._everyday if is_named or (before and before[-1] in self._titles) else self._common


def spread(folder: Path) -> dict[str, int]:
    """Return under how many topics of ``folder`` (nlu/) each word is used; raise ContentError if it cannot be read."""
    topics: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.glob("*.yml")):
        for block in yaml_file.read(path).get("nlu") or ():
            for word in _words(str(block.get("examples", "")).splitlines()):
                topics[word].add(path.stem)
    return {word: len(found) for word, found in topics.items()}


def _words(examples: Iterable[str]) -> Iterator[str]:
    for example in examples:
        yield from normalise(example).split()
