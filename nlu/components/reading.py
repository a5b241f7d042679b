"""How training reads nlu/ and responses/: each file once, by the C library of YAML."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Union

from rasa.shared.core.domain import ALL_DOMAIN_KEYS, Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import get_data_files, is_likely_yaml_file
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration, read_yaml_file

Document = Dict[Text, Any]

_BLOCK = {"intent", "metadata", "examples"}


class EachFileOnce(TrainingDataImporter):
    """Gives Rasa what its own importer gives it, some 40 s sooner.

    Rasa's reads every file three times over, and checks its shape with a reader of YAML that is written in Python. This
    refuses a file that is not shaped like ours; `make check` lets Rasa's own say what is wrong with it.
    """

    def __init__(
        self,
        config_file: Optional[Text] = None,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[List[Text], Text]] = None,
    ) -> None:
        """Read all files of the two paths; ``ValueError`` where one is not shaped as ours are."""
        # Of millions of objects hardly any form a ring, and looking for those takes half of all reading. What serves
        # callers keeps looking: it reads no files through this.
        gc.disable()
        self._config_file = config_file
        domain, data = (_files(paths) for paths in (domain_path, training_data_paths))
        documents = {path: _document(path) for path in sorted({*domain, *data})}
        self._domain_files = {path: documents[path] for path in domain}
        self._data_files = {path: documents[path] for path in data}

    def get_config(self) -> Document:
        """Return what the pipeline and the policies are."""
        return read_model_configuration(self._config_file) if self._config_file else {}

    def get_config_file_for_auto_config(self) -> Optional[Text]:
        """Return where the configuration came from."""
        return self._config_file

    def get_domain(self) -> Domain:
        """Return the intents, slots and session of all files of the domain together."""
        combined: Document = {}
        for document in self._domain_files.values():
            said = {key: document[key] for key in ALL_DOMAIN_KEYS if key in document}
            combined = Domain.merge_domain_dicts(said, combined)
        return Domain.from_dict(combined)

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """Return every rule; none is left out, whatever is asked for: each answer has one of its own."""
        domain, steps = self.get_domain(), []
        for path, document in self._data_files.items():
            steps += YAMLStoryReader(domain, path).read_from_parsed_yaml(document)
        return StoryGraph(steps)

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        """Return every phrasing, and what is said in reply."""
        phrasings: List[Message] = []
        responses: Document = {}
        for path, document in self._data_files.items():
            reader = _Reader()
            reader.filename = path
            phrasings += reader.phrasings(document)
            responses.update(document.get("responses") or {})
        return TrainingData(phrasings, responses=responses)


class _Reader(RasaYAMLReader):
    def phrasings(self, document: Document) -> List[Message]:
        self._parse_nlu(document.get("nlu"))
        return [Phrasing(example.data) for example in self.training_examples]


class Phrasing(Message):
    """A message quick to copy and to tell from others: Rasa does both three times with each of sixty thousand."""

    def __deepcopy__(self, memo: Dict[int, Any]) -> Phrasing:
        """Return a copy that shares values (``set`` replaces them, nothing changes one) and no list of features."""
        copied = Phrasing(self.data, set(self.output_properties), self.time, list(self.features))
        copied._cached_fingerprint = self._cached_fingerprint
        return copied

    def set(self, prop: Text, info: Any, add_to_output: bool = False) -> None:
        """Set a value as any message does; a text that is there already changes nothing, not even the fingerprint."""
        if add_to_output or not isinstance(info, str) or self.data.get(prop) != info:
            super().set(prop, info, add_to_output)

    def fingerprint(self) -> Text:
        """Return a number, in hexadecimal, that two phrasings share only if all about them is the same."""
        if self._cached_fingerprint is None:
            about = repr([sorted(self.data.items()), *(part.fingerprint() for part in self.features)])
            self._cached_fingerprint = hashlib.md5(about.encode(), usedforsecurity=False).hexdigest()
        return self._cached_fingerprint


def _files(paths: Union[List[Text], Text, None]) -> List[Text]:
    return get_data_files(paths, is_likely_yaml_file) if paths else []


def _document(path: Text) -> Document:
    document = read_yaml_file(Path(path))
    if not _is_like_ours(document):
        raise ValueError(f"{path}: is not shaped like the other files beside it. What is wrong says: make check")
    return document


def _is_like_ours(document: Any) -> bool:
    """Tell whether Rasa may take ``document`` as it is: what is misspelt would be passed over in silence."""
    if not isinstance(document, dict) or not isinstance(document.get("responses", {}), dict):
        return False
    intents, rules, blocks = (document.get(key, []) for key in ("intents", "rules", "nlu"))
    if not all(isinstance(part, list) for part in (intents, rules, blocks)):
        return False
    has_steps = (isinstance(rule, dict) and isinstance(rule.get("steps"), list) for rule in rules)
    has_examples = (
        isinstance(block, dict) and block.keys() <= _BLOCK and isinstance(block.get("examples"), str)
        for block in blocks
    )
    return all(has_steps) and all(has_examples)
