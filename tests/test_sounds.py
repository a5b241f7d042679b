"""Commands that a recogniser wrote otherwise are known by their sound."""

import pytest

from ivr.sounds import by_sound, sound


def test_commands_are_found_by_what_sounds_alike() -> None:
    sounds = by_sound({"hold on": "wait", "slow down": "slower", "slower": "slower"}, risky=())
    assert sounds[sound("hole don")] == "wait"
    assert sounds[sound("slough down")] == "slower"


@pytest.mark.parametrize("words", ["agony", "wet", "", "999"])
def test_short_sounds_are_no_commands(words: str) -> None:
    assert sound(words) not in by_sound({"again": "repeat", "wait": "wait", "what": "repeat"}, risky=())


def test_a_sound_of_two_commands_is_neither_and_risky_ones_are_left_out() -> None:
    two = {"hold on": "wait", "hole don": "repeat", "no thank you": "deny"}
    assert by_sound(two, risky=("deny",)) == {}
