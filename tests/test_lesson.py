"""What MiniLM was taught is kept and read back; vectors are remembered from one training to the next."""

from pathlib import Path

import numpy as np
import pytest

from ivr import yaml_file
from ivr.wording import normalise
from nlu.components import lesson
from nlu.components.lesson import Lesson
from nlu.components.memory import remembered
from scoring.questions import find_sets, read_set
from tests.conftest import ROOT


def test_a_lesson_is_read_back_to_half_a_step(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    change = chance.uniform(-1, 1, (64, 8)).astype(np.float32)
    whole = lesson._WIDEST * np.abs(change).max(axis=0)  # what is larger is cut
    lesson.write(tmp_path / "lesson.npz", Lesson({"layer/kernel": change}, np.eye(8, dtype=np.float32)))
    read = lesson.read(tmp_path / "lesson.npz")
    error = np.abs(read.changes["layer/kernel"] - np.clip(change, -whole, whole))
    assert (error <= whole / lesson._MOST_STEPS / 2 + 1e-6).all()
    assert np.array_equal(read.projection, np.eye(8))


def test_what_tells_topics_is_read_back_as_it_was(tmp_path: Path) -> None:
    head = {"topics": np.array(["lumps", "biopsy"]), "weights": np.ones((8, 2), np.float32), "biases": np.zeros(2)}
    lesson.write(tmp_path / "lesson.npz", Lesson({}, np.eye(8, dtype=np.float32), head))
    read = lesson.read(tmp_path / "lesson.npz").head
    assert read.keys() == head.keys()
    assert all(np.array_equal(read[name], head[name]) for name in head)


def test_a_weight_that_did_not_change_is_read_back_as_it_was(tmp_path: Path) -> None:
    lesson.write(tmp_path / "lesson.npz", Lesson({"bias": np.zeros(8, np.float32)}, np.eye(8, dtype=np.float32)))
    assert not lesson.read(tmp_path / "lesson.npz").changes["bias"].any()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"<html>not found</html>", None])
def test_a_broken_lesson_is_named_with_its_cure(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "lesson.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"lesson\.npz: is not a whole lesson .*git checkout"):
        lesson.read(path)


def test_damaged_numbers_are_named_like_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "lesson.npz"
    change = np.random.default_rng(1).normal(size=(64, 64)).astype(np.float32)
    lesson.write(path, Lesson({"kernel": change}, np.eye(8, dtype=np.float32)))
    whole = path.read_bytes()
    for place in range(200, 1200, 100):
        path.write_bytes(whole[:place] + bytes(16) + whole[place + 16 :])
        with pytest.raises(ValueError, match="is not a whole lesson"):
            lesson.read(path)


def test_the_lesson_that_is_shipped_teaches_every_layer() -> None:
    shipped = lesson.read()
    layers = {name.split("/")[1] for name in shipped.changes}
    assert layers == {f"layer_._{number}" for number in range(6)}
    assert shipped.projection.shape == (384, 384)
    assert shipped.head["weights"].shape == (384, len(shipped.head["topics"]))
    assert set(shipped.head["topics"]) <= {path.stem for path in (ROOT / "nlu").glob("*.yml")}
    assert all(np.isfinite(change).all() and change.any() for change in shipped.changes.values())


def test_the_second_lesson_that_is_shipped_names_topics_too() -> None:
    first, second = lesson.read(), lesson.read(lesson.SECOND)
    assert set(second.head["topics"]) <= {path.stem for path in (ROOT / "nlu").glob("*.yml")}
    assert second.head["weights"].shape == (384, len(second.head["topics"]))
    assert any((first.changes[name] != second.changes[name]).any() for name in first.changes)


def test_the_replies_lesson_that_is_shipped_names_what_the_phone_asks_for() -> None:
    shipped = lesson.read(lesson.REPLIES)
    assert (
        set(shipped.head["topics"])
        == {path.stem for path in (ROOT / "replies").glob("*.yml")}
        >= {"yes", "no", "danger"}
    )


def test_no_reply_that_is_taught_stands_in_a_question_set() -> None:
    asked = {normalise(row.text) for path in find_sets([ROOT / "tests/questions"]) for row in read_set(path)}
    folder = [yaml_file.read(path) for path in sorted((ROOT / "replies").glob("*.yml"))]
    taught = {normalise(words) for offers in folder for said in offers.values() for words in said}
    assert len(taught) > 1000
    assert not taught & asked


class _Encoder:
    """Counts what it is asked to encode; the vector of a text is its length."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float32).reshape(len(texts), 1)


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    path = tmp_path / "build/vectors.npz"
    remembered(path, ["does it hurt", "lumps"], _Encoder())
    encode = _Encoder()
    vectors = remembered(path, ["lumps", "why", "lumps"], encode)
    assert encode.asked == ["why"]
    assert vectors.tolist() == [[5], [3], [5]]


def test_texts_no_longer_asked_for_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    remembered(path, ["does it hurt", "lumps"], _Encoder())
    remembered(path, ["lumps"], _Encoder())
    encode = _Encoder()
    remembered(path, ["does it hurt"], encode)
    assert encode.asked == ["does it hurt"]


def test_a_memory_cut_short_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    remembered(path, ["lumps"], _Encoder())
    path.write_bytes(path.read_bytes()[:40])
    encode = _Encoder()
    assert remembered(path, ["lumps"], encode).tolist() == [[5]]
    assert encode.asked == ["lumps"]
