"""Phrasings in nlu/: one more is written into its topic's file, and every other byte stays as it was."""

import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from ivr import yaml_file
from ivr.wording import in_context
from ivr.yaml_file import ContentError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C library's, if there is one


def topic_of(folder: Path, phrasing: str) -> str:
    """Return the topic of ``folder`` (nlu/) that has ``phrasing`` already, or an empty string."""
    for path in sorted(folder.glob("*.yml")):
        if any(f"- {phrasing}" == line.strip() for line in path.read_text(encoding="utf-8").splitlines()):
            return path.stem
    return ""


def add(path: Path, phrasing: str, after: str = "") -> None:
    """Write ``phrasing`` last among those of the topic of ``path``; with ``after``, among those said after that topic.

    The file is replaced whole or not at all. Raises ContentError where it cannot be read, or is not shaped as ours are.
    """
    beside = path.with_suffix(".new")
    beside.write_text(with_phrasing(path, phrasing, after), encoding="utf-8")
    os.replace(beside, path)


def with_phrasing(path: Path, phrasing: str, after: str = "") -> str:
    """Return what ``add`` makes of the file at ``path``."""
    text = path.read_text(encoding="utf-8")
    ends = {topic: _last_line(text, examples) for topic, examples in _blocks(path, text)}
    if not ends:
        raise ContentError([f"{yaml_file.name(path)}: has no examples under nlu: to add to; write the first by hand"])
    lines = text.splitlines()
    said = f"- {in_context(after, phrasing) if after else phrasing}"
    if after in ends:
        last = lines[ends[after]]
        new, end = [last[: len(last) - len(last.lstrip())] + said], ends[after]
    else:
        new = [f"- intent: {path.stem}", f"  metadata: {{after: {after}}}", "  examples: |", f"    {said}"]
        end = max(ends.values())
    return "\n".join([*lines[: end + 1], *new, *lines[end + 1 :]]) + "\n"


def _blocks(path: Path, text: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield each block of examples of the file's own intent: the topic it comes after, and where its examples stand."""
    try:
        document = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise ContentError([f"{yaml_file.name(path)}: cannot be read as YAML; make check says where"]) from error
    for block in _values(document).get("nlu", yaml.SequenceNode("", [])).value:
        values = _values(block)
        examples = values.get("examples")
        intent = values.get("intent")
        if isinstance(examples, yaml.ScalarNode) and examples.style == "|" and intent and intent.value == path.stem:
            after = _values(values.get("metadata")).get("after")
            yield str(after.value) if after else "", examples


def _values(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _last_line(text: str, examples: yaml.ScalarNode) -> int:
    """Return the number of the last line of ``examples``; blanks that follow are not among them."""
    lines = text.splitlines()[: examples.end_mark.line]
    return max(number for number, line in enumerate(lines) if line.strip())
