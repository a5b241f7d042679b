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
        ("what should i do my husband has stopped breathing", "emergency"),
        ("no i can't breathe", "emergency"),
        ("no no she's choking", "emergency"),
        ("she's not well she's collapsed", "emergency"),
        ("i have not slept i've got chest pain", "emergency"),
        ("my wound is bleeding and it won't stop", "emergency"),
        ("can you call an ambulance", "emergency"),
        ("i think these are side effects my throat is closing up", "emergency"),
        ("i had bleomycin months ago and now my chest is tight", "emergency"),
        ("there's blood pouring down my leg", "emergency"),
        ("i can not get my breath", "emergency"),
        ("i do not want to live", "wish_to_die"),
        ("i've taken too many paracetamol", "crisis"),
        ("i want to end it", "crisis"),
        ("they took all my lymph nodes out", None),
        ("i'm confused about the difference between the treatments", None),
        ("can i just jump in with a question", None),
        ("i've got a bra fitting on tuesday", None),
        ("what should i be looking out for on my skin", None),
        ("can i just say i want to kill myself", "crisis"),
        ("he's gone into anna fill axis", "emergency"),
        ("it's an a phil actic thing look at her lips", "emergency"),
        ("anna phillips told me to ring", None),
        ("i don't hold with pouring it all out", None),
        ("i'm drowning in sympathy cards", None),
        ("since the stroke i need the words with a gap", None),
        ("since her stroke this morning she can't move her arm", "emergency"),
        ("her speech has gone all slurry", "emergency"),
        ("i'm going to jump off the phone mast", "crisis"),
        ("it's pouring my heart is going like the clappers there's blood everywhere", "emergency"),
        ("i can't go on pretending there's anything to live for", "wish_to_die"),
        ("she's having a stroke", "emergency"),
        ("he's pouring it out of his mouth i mean blood", "emergency"),
        ("", None),
    ],
)
def test_a_red_flag_is_found(content: Content, words: str, topic: str | None) -> None:
    assert Screen(content.red_flags).find(words) == topic


def test_what_the_leaflet_must_not_answer_is_no_danger(content: Content) -> None:
    screen = Screen(content.red_flags)
    for words in ("how long have i got", "should i go ahead with the biopsy", "what dose do they use"):
        assert screen.find(words) is None
        refusal = screen.find_refusal(words)
        assert refusal
        assert refusal.topic == "outside_leaflet"
    for words in (
        "what should i be looking out for on my skin",
        "how long have i got to lie still for",
        "at what stage do they bring in the electric one",
    ):
        assert screen.find_refusal(words) is None, words
    for words in (
        "how long have i got to live",
        "what stage am i at",
        "at what stage is she",
        "at what stage will i die",
    ):
        assert screen.find_refusal(words), words


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
