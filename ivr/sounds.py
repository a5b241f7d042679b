"""Commands by their sound: a recogniser that knows no such word writes "hole don" for "hold on"."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from jellyfish import metaphone

# Sounds: with three "agony" would be "again". Of the 60,417 phrasings of nlu/ 15 sound as a command, and each is that.
_LEAST = 4


def by_sound(commands: Mapping[str, str], risky: Collection[str]) -> dict[str, str]:
    """Return the topic of each sound that the phrases of ``commands`` (phrase: topic) have, if it is one topic alone.

    Short sounds are left out, and topics that are ``risky`` to obey by mistake.
    """
    topics = defaultdict(set)
    for phrase, topic in commands.items():
        topics[sound(phrase)].add(topic)
    alone = {heard: next(iter(found)) for heard, found in topics.items() if len(found) == 1 and len(heard) >= _LEAST}
    return {heard: topic for heard, topic in alone.items() if topic not in risky}


def sound(words: str) -> str:
    """Return how ``words`` sound by Lawrence Philips' Metaphone, as if they were one word."""
    return metaphone("".join(filter(str.isalpha, words)))
