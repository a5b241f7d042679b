"""A log tells calls apart and names none."""

import datetime
import hashlib
import random
import re

from ivr.pseudonym import pseudonym

SECRET = "secret-of-the-tests"
CALL = "CA0123456789abcdef0123456789abcdef"
MORNING = datetime.datetime(2025, 3, 5, 9, 0, tzinfo=datetime.UTC).timestamp()
BEFORE_MIDNIGHT = datetime.datetime(2025, 3, 5, 23, 59, 50, tzinfo=datetime.UTC).timestamp()
AFTER_MIDNIGHT = BEFORE_MIDNIGHT + 60


def test_a_call_has_one_name_for_its_length() -> None:
    assert pseudonym(SECRET, CALL, BEFORE_MIDNIGHT) == pseudonym(SECRET, CALL, BEFORE_MIDNIGHT)


def test_a_name_depends_on_when_the_call_began_and_not_on_the_clock() -> None:
    assert pseudonym(SECRET, CALL, MORNING) == pseudonym(SECRET, CALL, BEFORE_MIDNIGHT), "the key is the day's"
    assert pseudonym(SECRET, CALL, BEFORE_MIDNIGHT) != pseudonym(SECRET, CALL, AFTER_MIDNIGHT), "so give when it began"


def test_a_whole_second_and_a_part_of_one_give_one_name() -> None:
    assert pseudonym(SECRET, CALL, int(MORNING)) == pseudonym(SECRET, CALL, MORNING + 0.9)


def test_another_call_has_another_name() -> None:
    names = {pseudonym(SECRET, f"CA{n:032x}", MORNING) for n in range(10_000)}
    assert len(names) == 10_000


def test_names_of_two_days_cannot_be_joined() -> None:
    days = [MORNING + 86_400 * day for day in range(400)]
    assert len({pseudonym(SECRET, CALL, day) for day in days}) == len(days)


def test_a_new_secret_makes_new_names() -> None:
    assert pseudonym(SECRET, CALL, MORNING) != pseudonym(f"{SECRET}2", CALL, MORNING)


def test_a_name_holds_nothing_of_the_call() -> None:
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    for _ in range(100):
        call = f"CA{chance.getrandbits(128):032x}"
        name = pseudonym(SECRET, call, MORNING)
        assert re.fullmatch(r"[0-9a-f]{12}", name)
        assert not any(call[start : start + 6] in name for start in range(len(call) - 5))


def test_a_name_cannot_be_made_without_the_secret() -> None:
    name = pseudonym(SECRET, CALL, MORNING)
    day = datetime.datetime.fromtimestamp(MORNING, datetime.UTC).date().isoformat()
    guesses = (CALL, f"{day}{CALL}", f"{CALL}{day}", f"ivr.pseudonym {day}{CALL}")
    assert not any(name in hashlib.sha256(guess.encode()).hexdigest() for guess in guesses)
    assert name != pseudonym("", CALL, MORNING)
