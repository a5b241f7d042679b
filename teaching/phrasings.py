"""What is taught: what Rasa reads while it trains, and no row of a question set."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from nlu.components.followups import FollowUps
from nlu.components.wording import normalise


def phrasings(root: Path) -> list[tuple[str, str]]:
    """Return each phrasing of ``root``/nlu with its topic, as config.yml multiplies them, in alphabetical order.

    The topic is empty where words mean something only after others.
    """
    files = RasaFileImporter(str(root / "config.yml"), training_data_paths=[str(root / "nlu")])
    steps = files.get_config()["pipeline"]
    follow_ups = FollowUps(next(step for step in steps if step["name"].endswith(FollowUps.__name__)))
    examples = follow_ups.process_training_data(files.get_nlu_data()).training_examples
    known = {(normalise(example.get(TEXT) or ""), example.get(INTENT) or "") for example in examples}
    return sorted((text, topic) for text, topic in known if text)
