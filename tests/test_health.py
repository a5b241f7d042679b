"""What an operator, and everybody else, is told about the line."""

import datetime

import requests

from ivr.content import Content
from ivr.health import content_warnings, readiness
from tests.conftest import visitors
from tests.fakes import FakeRasa


class ModelOfYesterday(FakeRasa):
    """A model that lacks one answer and words another differently."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._texts = {f"utter_{topic}": answer.parts[0].text for topic, answer in content.answers.items()}

    def texts(self) -> dict[str, str]:
        return {**{name: text for name, text in self._texts.items() if name != "utter_cure"}, "utter_ect": "Old."}


def test_live_says_so(local_line: str) -> None:
    assert requests.get(f"{local_line}/health/live").json() == {"status": "ok"}


def test_without_rasa_the_line_is_degraded_and_serves(local_line: str, rasa: FakeRasa) -> None:
    rasa.is_down = True
    reply = requests.get(f"{local_line}/health/ready")
    assert reply.status_code == 200
    report = reply.json()
    assert (report["status"], report["rasa"]) == ("degraded", "down")
    assert any("Rasa does not answer" in warning for warning in report["warnings"])


def test_a_model_that_differs_from_the_content_is_a_warning(content: Content) -> None:
    report = readiness(content, ModelOfYesterday(content))
    assert (report["status"], report["rasa"]) == ("ok", "up")
    assert any("utter_cure" in w and "make train" in w for w in report["warnings"])
    assert any("utter_ect" in w and "newer than the model" in w for w in report["warnings"])


def test_an_overdue_leaflet_and_missing_reviews_are_warned_of(content: Content) -> None:
    assert len(list(content_warnings(content, datetime.date(2020, 12, 31)))) == 1
    overdue, unreviewed = content_warnings(content, datetime.date(2021, 1, 1))
    assert content.phone.leaflet.reviewed in overdue
    count = sum(bool(a.parts[0].text) for a in content.answers.values())
    assert unreviewed.startswith(str(count))


@visitors
def test_warnings_are_for_the_operator_alone(watched_line: str, headers: dict[str, str], is_operator: bool) -> None:
    report = requests.get(f"{watched_line}/health/ready", headers=headers).json()
    assert ("warnings" in report) == is_operator
    assert set(report) >= {"status", "rasa"}
