"""A wording that loses a hedge, a number or a "not" is found, and easy words read easily."""

import pytest

from ivr.fidelity import added, lost, reading_grade


@pytest.mark.parametrize(
    ("fact", "text", "missing"),
    [
        ("It usually takes about 30 minutes.", "It takes 30 minutes.", ["usually", "about"]),
        ("It usually takes about 30 minutes.", "Usually it is around 30 minutes.", []),
        ("It may fade.", "It fades.", ["may"]),
        ("It may fade.", "It can fade.", []),
        ("It can be treated but not cured.", "It can be treated.", ["not"]),
        ("One to two weeks later.", "A week later.", ["2", "weeks"]),
        ("A fifth (one in five) of people.", "One in five people.", []),
        ("He asks about other symptoms.", "He talks of other symptoms.", []),
    ],
)
def test_what_a_wording_loses(fact: str, text: str, missing: list[str]) -> None:
    assert list(lost([fact], text)) == missing


def test_what_a_wording_adds() -> None:
    assert added(["About 30 minutes."], "About 30 minutes, or 45. Call 0808 800 6000, 116 123 or press 0.") == ["45"]


def test_reading_grade() -> None:
    assert reading_grade("The cat sat. It was warm.", ()) < 3
    hard = "Considerable inflammation necessitates immediate multidisciplinary consultation."
    assert reading_grade(hard, ()) > 12
    assert reading_grade("Electrochemotherapy is short.", ("electrochemotherapy",)) < 3
    assert reading_grade("", ()) == 0
