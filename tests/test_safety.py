"""The red-flag screen finds danger told of now, and leaves questions and idioms alone."""

import pytest

from ivr.content import Content
from ivr.safety import Screen


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Help, she can\u2019t breathe!", "emergency"),
        ("it's my dad he has COLLAPSED in the kitchen", "emergency"),
        ("it won't stop bleeding", "emergency"),
        ("I just want to die", "crisis"),
        ("i've taken an overdose", "crisis"),
        ("my throat's closing up", "emergency"),
        ("throat feels like it is closing", "emergency"),
        ("she's had chemo and she's burning up", "unwell_now"),
        ("i wish i was dead", "wish_to_die"),
        ("what if i'm bleeding and it won't stop", "emergency"),
        ("does a biopsy bleed", None),
        ("can electrochemotherapy cause breathing trouble or a temperature", None),
        ("i haven't got a temperature", None),
        ("i had chest pain years ago", None),
        ("i'm dying for a cup of tea", None),
        ("i can't breathe for laughing", None),
        ("how long have i got", "outside_leaflet"),
        ("should i go ahead with the biopsy", "outside_leaflet"),
        ("what should i be looking out for on my skin", None),
        ("can i just say i want to kill myself", "crisis"),
        ("", None),
    ],
)
def test_a_red_flag_is_found(content: Content, words: str, topic: str | None) -> None:
    assert Screen(content.red_flags).find(words) == topic


@pytest.mark.parametrize(
    ("phrase", "said", "found"),
    [
        ("throat ... closing", "throat closing", True),
        ("throat ... closing", "throat is sort of slowly closing", True),
        ("throat ... closing", "throat one two three four five closing", False),
        ("throat ... closing", "throats closing", False),
        ("throat ... closing", "throat's closing", True),
        ("can't/cannot breathe", "cannot breathe", True),
        ("can't/cannot breathe", "can breathe", False),
        ("swell* up", "swelling up", True),
        ("swell* up", "dwelling up", False),
        ("it (hurts)", "it hurts", False),
    ],
)
def test_a_phrase_means_what_the_file_explains(content: Content, phrase: str, said: str, found: bool) -> None:
    flag = content.red_flags.flags[0].model_copy(update={"phrases": (phrase,), "topic": "emergency"})
    screen = Screen(content.red_flags.model_copy(update={"flags": (flag,)}))
    assert (screen.find(said) == "emergency") == found
