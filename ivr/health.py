"""Tells an operator, and a load balancer, whether the line can serve callers."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.content import Content
from ivr.guard import is_operator
from ivr.line import Line
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.settings import Settings


def health_blueprint(
    settings: Settings,
    line: Callable[[], Line],
    dialogue: Dialogue,
    more_warnings: Callable[[], Iterable[str]] = tuple,
) -> Blueprint:
    """Return /health/live and /health/ready, of the line as it is; ``more_warnings`` are those of its other parts."""
    routes = Blueprint("health", __name__, url_prefix="/health")

    @routes.get("/live")
    def live() -> Response:
        return jsonify(status="ok")

    @routes.get("/ready")
    def ready() -> Response:
        report = readiness(line().content, dialogue)
        report["warnings"] += more_warnings()
        if not is_operator(request, settings):
            del report["warnings"]
        return jsonify(report)

    return routes


def readiness(content: Content, dialogue: Dialogue) -> dict[str, Any]:
    """Return status, rasa and warnings. Without Rasa the line is degraded, and still serves."""
    try:
        model_texts: dict[str, str] | None = dialogue.texts()
    except RasaUnavailable:
        model_texts = None
    return {
        "status": "ok" if model_texts is not None else "degraded",
        "rasa": "up" if model_texts is not None else "down",
        "warnings": [*content_warnings(content), *_model_warnings(content, model_texts)],
    }


def content_warnings(content: Content, today: datetime.date | None = None) -> Iterator[str]:
    """Yield what an operator must know about the content's age and review."""
    leaflet = content.phone.leaflet
    if (today or datetime.date.today()).year >= leaflet.review_due:
        yield (
            f"The leaflet was last reviewed in {leaflet.reviewed} and was due for review in {leaflet.review_due}: "
            "ask Breast Cancer Now for its current text."
        )
    unreviewed = sum(1 for answer in content.answers.values() if answer.parts[0].text and not answer.reviewed)
    if unreviewed:
        yield f"{unreviewed} wordings in responses/ have no reviewer: a clinician must sign each (reviewed:)."


def _model_warnings(content: Content, model_texts: dict[str, str] | None) -> Iterator[str]:
    if model_texts is None:
        yield "Rasa does not answer: keys and a person still work, spoken questions do not. See README, Operations."
        return
    spoken = {f"utter_{topic}": answer.parts[0].text for topic, answer in content.answers.items()}
    if missing := sorted(set(spoken) - set(model_texts)):
        yield f"The model does not know {', '.join(missing)}: run make train."
    changed = [name for name, text in spoken.items() if name in model_texts and model_texts[name] != text]
    if changed:
        yield (
            f"{len(changed)} wordings are newer than the model ({', '.join(changed[:3])}): callers hear the new ones; "
            "run make train when convenient."
        )
