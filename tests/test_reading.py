"""Training reads what Rasa's own importer would read."""

import json
from pathlib import Path

from tests.conftest import ROOT
from tests.test_privacy import in_rasas_environment

_BOTH = """
import json, sys
from nlu.components.reading import EachFileOnce
from rasa.shared.importers.importer import CombinedDataImporter, E2EImporter, ResponsesSyncImporter
from rasa.shared.importers.rasa import RasaFileImporter

def read(importer):
    files = importer("config.yml", sys.argv[1], [sys.argv[1]])
    whole = E2EImporter(ResponsesSyncImporter(CombinedDataImporter([files])))
    data, domain = whole.get_nlu_data(), whole.get_domain()
    return {
        "examples": [example.data for example in data.training_examples],
        "responses": data.responses,
        "rules": whole.get_stories().fingerprint(),
        "intents": sorted(domain.intents), "entities": domain.entities, "actions": domain.action_names_or_texts,
        "slots": [slot.persistence_info() for slot in domain.slots], "session": list(domain.session_config),
        "config": whole.get_config(),
    }

print(json.dumps([read(EachFileOnce), read(RasaFileImporter)]))
"""

_ONCE = """
import sys
from nlu.components.reading import EachFileOnce

opened = []
sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == "open" else None)
EachFileOnce("config.yml", sys.argv[1], [sys.argv[1]])
print(*sorted(path.rsplit("/", 1)[1] for path in opened if path.startswith(sys.argv[1])))
"""

_REFUSED = """
import sys
from pathlib import Path
from nlu.components.reading import EachFileOnce

path = Path(sys.argv[1]) / "biopsy.yml"
for text in sys.argv[2:]:
    path.write_text(text)
    try:
        EachFileOnce("config.yml", sys.argv[1], [sys.argv[1]])
        print("taken")
    except ValueError as error:
        print(error)
"""

_PHRASINGS = """
import copy
import numpy as np
from rasa.shared.nlu.training_data.features import Features
from nlu.components.reading import Phrasing

first = Phrasing({"text": "does it hurt", "intent": "biopsy"})
others = {"text": "does it sting", "intent": "biopsy"}, {"text": "does it hurt", "intent": "ect_pain"}
copied = copy.deepcopy(first)
print(copied == first, *(Phrasing(other) == first for other in others))
copied.set("text", "no more")
print(first.get("text"), copied == first)
first.set("intent", "ect_pain")
print(first == Phrasing({"text": "does it hurt", "intent": "ect_pain"}), copy.deepcopy(first) == first)

def featured(*numbers):
    made = Phrasing({"text": "does it hurt", "intent": "biopsy"})
    made.add_features(Features(np.array([numbers]), "sentence", "text", "x"))
    return made.fingerprint()

print(featured(1, 2) == featured(1, 2), featured(1, 2) == featured(1, 3), featured(1, 2) == first.fingerprint())
"""


def test_each_file_once_gives_rasa_what_its_own_importer_does(tmp_path: Path) -> None:
    for path in ("nlu/_session.yml", "nlu/ect_pain.yml", "nlu/biopsy_aftercare.yml", "responses/ect_pain.yml"):
        (tmp_path / path.replace("/", "_")).write_bytes((ROOT / path).read_bytes())
    ours, rasas = json.loads(in_rasas_environment(_BOTH, str(tmp_path)).splitlines()[-1])
    assert len(rasas["examples"]) > 400
    assert any("after" in str(example.get("metadata")) for example in rasas["examples"]), "no follow-up among them"
    for part in rasas:
        assert ours[part] == rasas[part], part


def test_each_file_is_read_once(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("intents: []\n")
    assert in_rasas_environment(_ONCE, str(tmp_path)).split() == ["a.yml", "b.yml"]


def test_a_file_that_rasa_would_misread_is_named_with_its_cure(tmp_path: Path) -> None:
    block = "nlu:\n- intent: biopsy\n  examples: |\n    - will it hurt\n"
    misread = (
        block.replace("examples", "exampels"),
        "intents: biopsy\n",
        "nlu:\n- intent: biopsy\n  examples: [will it hurt]\n",
        "responses: [utter_biopsy]\n",
        "rules:\n- rule: biopsy\n  steps: {intent: biopsy}\n",
        "- biopsy\n",
    )
    said = in_rasas_environment(_REFUSED, str(tmp_path), block, *misread).splitlines()
    assert said[0] == "taken"
    assert len(said) == len(misread) + 1
    for line in said[1:]:
        assert line.startswith(f"{tmp_path}/biopsy.yml: is not shaped like"), line
        assert line.endswith("make check")


def test_phrasings_are_told_apart_and_copies_are_their_own() -> None:
    assert in_rasas_environment(_PHRASINGS).splitlines() == [
        "True False False",
        "does it hurt False",
        "True True",
        "True False False",
    ]
