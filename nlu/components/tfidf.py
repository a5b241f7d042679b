"""Sparse features: tf-idf over words and over letters within words."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from nlu.components.wording import normalise

_FILE = "tfidf.npz"


class Row(Features):
    """One sparse row. Rasa tells features apart by their numbers written out, which takes 11 s; bytes do as well."""

    def fingerprint(self) -> Text:
        """Return a text that two rows share only if their numbers are the same."""
        if self._cached_fingerprint is None:
            row = self.features.tocsr()
            numbers = hashlib.md5(row.indices.tobytes() + row.data.tobytes(), usedforsecurity=False).hexdigest()
            self._cached_fingerprint = f"{self.type} {self.origin} {self.attribute} {row.shape} {numbers}"
        return self._cached_fingerprint


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """Turn each message into one L2-normed tf-idf row, times ``scale``.

    Rasa only counts n-grams, and raw counts drown the sentence vector: 66 % of
    callers understood against 80 % with these weights (docs/decisions/0003).
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return n-gram ranges (``words``, ``letters``), ``min_df`` and ``scale``."""
        return {
            **SparseFeaturizer.get_default_config(),
            "words": [1, 2],
            "letters": [2, 5],
            "min_df": 3,
            "scale": 1.0,
        }

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        name: Text,
    ) -> None:
        """Make an untrained featurizer that persists into ``resource``."""
        super().__init__(name, config)
        self._storage = model_storage
        self._resource = resource
        self._rows = self._union({})

    def _union(self, known: Dict[Text, np.ndarray]) -> FeatureUnion:
        kinds = {"words": "word", "letters": "char_wb"}
        return FeatureUnion([(kind, self._vectorizer(kind, analyzer, known)) for kind, analyzer in kinds.items()])

    def _vectorizer(self, kind: Text, analyzer: Text, known: Dict[Text, np.ndarray]) -> TfidfVectorizer:
        """Return a vectorizer of ``kind`` that has learned what is ``known`` of it, if anything is."""
        # The default pattern drops one-letter words; "i" and "a" tell a person's report from a question.
        vectorizer = TfidfVectorizer(
            analyzer=analyzer,
            ngram_range=tuple(self._config[kind]),
            min_df=self._config["min_df"],
            sublinear_tf=True,
            dtype=np.float32,  # halves what the classifier must read: trains a third faster
            token_pattern=r"[a-z0-9']+" if analyzer == "word" else None,
            vocabulary=known.get(kind),
        )
        if known:
            vectorizer.idf_ = known[f"{kind}_weights"]
        return vectorizer

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TfidfFeaturizer:
        """Create an untrained featurizer."""
        return cls(config, model_storage, resource, execution_context.node_name)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TfidfFeaturizer:
        """Load the vocabulary and weights that training stored."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as stored:
            component._rows = component._union(dict(stored))
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn vocabulary and document frequencies from all phrasings."""
        self._rows.fit(_texts(training_data.training_examples))
        learned = {}
        for kind, vectorizer in self._rows.transformer_list:
            learned[kind] = vectorizer.get_feature_names_out().astype(str)
            learned[f"{kind}_weights"] = vectorizer.idf_
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, **learned)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize every phrasing in one batch."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one sparse sentence row to each message."""
        if not messages:
            return messages
        rows = self._rows.transform(_texts(messages)).tocsr() * self._config["scale"]
        for message, row in zip(messages, rows.astype(np.float32)):  # weights that were kept make them longer
            message.add_features(Row(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need nothing before: reads the message's text itself."""
        return []

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a scale that would erase or invert the features."""
        if config.get("scale", 1.0) <= 0:
            raise ValueError("config.yml: TfidfFeaturizer scale must be above 0")


def _texts(messages: List[Message]) -> List[Text]:
    return [normalise(message.get(TEXT) or "") for message in messages]
