"""What our classifiers share: what one learned is a few named arrays, kept in one file."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer

from nlu.components.encoder import digest

_FILE = "learned.npz"
_ENCODER = "encoder"  # by which sentence vectors were made: learned with one, weights are wrong with another


class LearnedClassifier(IntentClassifier, GraphComponent):
    """Understands messages by ``self._learned``: the arrays that training kept, as ``load`` reads them."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need at least one featurizer of sentences before."""
        return [Featurizer]

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Name the encoder, so that what was learned by another is not taken from Rasa's cache."""
        return digest()

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make an untrained classifier that persists into ``resource``."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._learned: Dict[Text, np.ndarray] = {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LearnedClassifier:
        """Create an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LearnedClassifier:
        """Load what training kept."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as stored:
            component._learned = dict(stored)
        if str(component._learned.pop(_ENCODER, "")) != digest():
            raise ValueError("This model was trained with another encoder or lesson. Run: make train")
        component._prepare()
        return component

    def _prepare(self) -> None:
        """Make of ``self._learned`` what every reading needs, once it is loaded; most need nothing more."""

    def _keep(self, **learned: np.ndarray) -> Resource:
        """Store what training learned, packed: Rasa packs a model too, but takes its time over noughts."""
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / _FILE, **learned, **{_ENCODER: np.array(digest())})
        return self._resource
