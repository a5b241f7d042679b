"""Which texts are taught: those that MiniLM reads while Rasa trains, and no row of a question set."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT

from nlu.components.followups import FollowUps
from nlu.components.wording import normalise


def phrasings(root: Path) -> list[str]:
    """Return the phrasings of ``root``/nlu as config.yml multiplies them, each once, in alphabetical order."""
    files = RasaFileImporter(str(root / "config.yml"), training_data_paths=[str(root / "nlu")])
    steps = files.get_config()["pipeline"]
    follow_ups = FollowUps(next(step for step in steps if step["name"].endswith(FollowUps.__name__)))
    examples = follow_ups.process_training_data(files.get_nlu_data()).training_examples
    return sorted({normalise(example.get(TEXT) or "") for example in examples} - {""})
