"""MiniLM with what it was taught, as one ONNX graph that multiplies in whole numbers (docs/decisions/0021, 0022)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Text, Tuple

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from nlu.components.lesson import Lesson

OPSET = 20  # the first with Gelu
FORMAT = 9  # of the file, as old as that opset
MOST_STEPS = 127  # from nought, up or down: eight bits a weight
# Counted from 128, not signed: signed ones add up wrongly on processors without VNNI (onnxruntime.ai, quantization).
NOUGHT = np.uint8(128)
_STEP = np.float32(1 / MOST_STEPS)
_RUNTIMES = "com.microsoft"
"""Whose operators are ONNX Runtime's own: github.com/microsoft/onnxruntime, docs/ContribOperators.md."""
_WORDS = "embeddings.word_embeddings.weight"


def graph(folder: Path, taught: Lesson) -> bytes:
    """Return the ONNX model of the weights in ``folder`` and what was ``taught``.

    It takes ``words`` (texts, tokens, 384: rows of the table below), ``mask`` (1 for a token, 0 where filled up) and
    ``places`` (0, 1, ... tokens), and gives ``states``: (texts, tokens, 384), before any pooling. Half of its
    operators are ONNX Runtime's own, which do in one step what takes several with the standard's.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    made = _Graph(_weights(folder, taught), config["num_attention_heads"], config["layer_norm_eps"])
    states = made.embedded()
    for number in range(config["num_hidden_layers"]):
        states = made.layer(f"encoder.layer.{number}.", states)
    return made.model(states, config["hidden_size"])


@lru_cache(maxsize=None)
def words(folder: Path) -> np.ndarray:
    """Return the vector of each word piece as published: half of all weights, and no lesson changes it."""
    with _published(folder) as kept:
        return kept.get_tensor(_WORDS)


def _published(folder: Path) -> Any:
    from safetensors import safe_open

    return safe_open(folder / "model.safetensors", "numpy")


def _weights(folder: Path, taught: Lesson) -> Dict[Text, np.ndarray]:
    """Return MiniLM's weights by their published names, with the changes it was taught; not the word pieces'."""
    with _published(folder) as kept:
        weights = {name: kept.get_tensor(name) for name in set(kept.keys()) - {_WORDS}}
    published = {_taught_name(name): name for name in weights}
    if strange := sorted(taught.changes.keys() - published.keys()):
        raise ValueError(f"The lesson teaches another model ({strange[0]}). Run: make lesson")
    for name, change in taught.changes.items():
        weights[published[name]] = weights[published[name]] + (change.T if name.endswith("kernel") else change)
    return weights


def _taught_name(name: Text) -> Text:
    """Return what TensorFlow, which taught the lesson, calls a published weight."""
    path, kind = name.replace(".", "/").replace("layer/", "layer_._").rsplit("/", 1)
    kinds = {"weight": "gamma", "bias": "beta"} if path.endswith("LayerNorm") else {"weight": "kernel"}
    return f"{path}/{kinds.get(kind, kind)}"


class _Graph:
    """Writes nodes down one after another; a node's output is known by its name."""

    def __init__(self, weights: Dict[Text, np.ndarray], heads: int, epsilon: float) -> None:
        self._weights, self._heads, self._epsilon = weights, heads, epsilon
        self._nodes: List[Any] = []
        self._constants: List[Any] = []

    def embedded(self) -> Text:
        """Add up what each token is, where it stands, and that there is one sentence."""
        places, sentences = (
            self._weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("position", "token_type")
        )
        stands = self._node("Gather", self._constant(places + sentences[0]), "places")
        return self._norm("embeddings.LayerNorm", self._node("Add", "words", stands))

    def layer(self, name: Text, states: Text) -> Text:
        """Let every word look at the others, then think about what it saw."""
        seen = self._dense(f"{name}attention.output.dense", self._attention(f"{name}attention.self.", states))
        states = self._norm(f"{name}attention.output.LayerNorm", self._node("Add", seen, states))
        thought = self._product(f"{name}intermediate.dense", *self._counted(states))
        bias = self._constant(self._weights[f"{name}intermediate.dense.bias"])
        thought = self._dense(f"{name}output.dense", self._node("FastGelu", thought, bias, domain=_RUNTIMES))
        return self._norm(f"{name}output.LayerNorm", self._node("Add", thought, states))

    def model(self, states: Text, size: int) -> bytes:
        """Return the graph that ends with ``states``."""
        shapes = {"mask": ["texts", "tokens"], "places": ["tokens"]}
        given = [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name, shape in shapes.items()]
        given.append(helper.make_tensor_value_info("words", TensorProto.FLOAT, ["texts", "tokens", size]))
        self._nodes.append(helper.make_node("Identity", [states], ["states"]))
        found = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", size])
        made = helper.make_graph(self._nodes, "minilm", given, [found], self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_RUNTIMES, 1)]
        return helper.make_model(made, opset_imports=opsets, ir_version=FORMAT).SerializeToString()

    def _attention(self, name: Text, states: Text) -> Text:
        parts = [f"{name}{kind}" for kind in ("query", "key", "value")]
        counted, most = self._counted(states)
        looks = [self._product(part, counted, most) for part in parts]
        bias = self._constant(np.concatenate([self._weights[f"{part}.bias"] for part in parts]))
        return self._node("MultiHeadAttention", *looks, bias, "mask", domain=_RUNTIMES, num_heads=self._heads)

    def _dense(self, name: Text, states: Text) -> Text:
        product = self._product(name, *self._counted(states))
        return self._node("Add", product, self._constant(self._weights[f"{name}.bias"]))

    def _counted(self, states: Text) -> Tuple[Text, Text]:
        """Return each word's states in whole numbers from 1 to 255, and how far they reach from nought.

        Each word's steps are its own, so that no text's vectors depend on what else is read with it.
        """
        last = self._constant(np.array([-1]))
        lowest = self._node("Neg", self._node("ReduceMin", states, last, keepdims=1))
        most = self._node("Max", self._node("ReduceMax", states, last, keepdims=1), lowest)
        shares = self._node("Div", states, most)
        return self._node("QuantizeLinear", shares, self._constant(_STEP), self._constant(NOUGHT)), most

    def _product(self, name: Text, counted: Text, most: Text) -> Text:
        """Multiply by weights in whole numbers: each of their columns has steps of its own, too."""
        weight = self._weights[f"{name}.weight"].T
        steps = np.abs(weight).max(axis=0) / MOST_STEPS
        whole = self._constant((np.round(weight / steps) + NOUGHT).astype(np.uint8))
        noughts = self._constant(NOUGHT), self._constant(np.full_like(steps, NOUGHT, dtype=np.uint8))
        scales = self._constant(_STEP), self._constant(steps.astype(np.float32))
        columns = self._node("MatMulIntegerToFloat", counted, whole, *scales, *noughts, domain=_RUNTIMES)
        return self._node("Mul", columns, most)

    def _norm(self, name: Text, states: Text) -> Text:
        weights = (self._constant(self._weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
        return self._node("LayerNormalization", states, *weights, epsilon=self._epsilon)

    def _node(self, kind: Text, *inputs: Text, **attributes: Any) -> Text:
        """Write one node down and return the name of its output."""
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def _constant(self, value: np.ndarray) -> Text:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name
