"""YAML as editors write it: one file read strictly, every problem named with its cure."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError


class ContentError(Exception):
    """Content that cannot be used; ``problems`` are ``file: problem and cure`` lines."""

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem, so that an editor mends all in one go."""
        super().__init__("\n".join(problems))
        self.problems = problems


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML, by the C library if there is one, in which a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands twice; keep one", problem_mark=key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


Shape = TypeVar("Shape")


@contextmanager
def collecting(problems: list[str]) -> Iterator[None]:
    """Add what goes wrong inside to ``problems`` and carry on after it."""
    try:
        yield
    except ContentError as error:
        problems += error.problems


def read(path: Path) -> Any:
    """Return the YAML in ``path``, or raise ContentError naming the line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ContentError([f"{name(path)}: line {line}: {error.problem}"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError([f"{name(path)}: cannot be read ({error}); save it as UTF-8"]) from error


def parse(path: Path, shape: TypeAdapter[Shape], values: Any) -> Shape:
    """Return ``values`` of ``path`` in ``shape``, or raise ContentError with every problem."""
    try:
        return shape.validate_python(values)
    except ValidationError as error:
        raise ContentError([_problem(path, dict(fault)) for fault in error.errors()]) from error


def name(path: Path) -> str:
    """Return ``path`` as an editor knows it: its folder and file name."""
    return f"{path.parent.name}/{path.name}"


_CURES = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a known key; correct its spelling or delete it",
}


def _problem(path: Path, fault: dict[str, Any]) -> str:
    where = ".".join(str(step) for step in fault["loc"]) or "the file"
    what = _CURES.get(fault["type"], str(fault["msg"]))
    return f"{name(path)}: {where}: {what}"
