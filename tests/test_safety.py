"""The red-flag screen finds its phrases anywhere in what was said, and only whole."""

import pytest

from ivr.content import Content
from ivr.safety import RedFlags


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Help, she can\u2019t breathe!", "emergency"),
        ("it's my dad he has COLLAPSED in the kitchen", "emergency"),
        ("it won't stop bleeding", "emergency"),
        ("I just want to die", "crisis"),
        ("i've taken an overdose", "crisis"),
        ("does a biopsy bleed", None),
        ("i'm dying for a cup of tea", None),
        ("what does suicidality mean", None),
        ("", None),
    ],
)
def test_a_red_flag_is_found(content: Content, words: str, topic: str | None) -> None:
    assert RedFlags(content.red_flags).find(words) == topic


def test_every_phrase_is_found_in_a_sentence(content: Content) -> None:
    flags = RedFlags(content.red_flags)
    phrases = [(phrase, topic) for topic, listed in content.red_flags.items() for phrase in listed]
    assert len(phrases) > 40
    for phrase, topic in phrases:
        assert flags.find(f"um {phrase.upper()}, please") == topic
