"""The peer: Rasa's own ``twilio_voice`` connector, with a model of the same files less ``custom:``.

It answers 500 to a message with ``custom:``, and every answer of ours has one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ivr.processes import rasa_server
from scoring.line import free_port

FOLDER = Path("build/bench/peer")
WEBHOOK = "/webhooks/twilio_voice/webhook"
_CREDENTIALS = {"twilio_voice": {"initial_prompt": "hello"}}  # all else as Rasa has it


def write_files(root: Path) -> None:
    """Lay the peer's folder out like ``root``, so that Rasa starts there as it does here.

    The only difference is its ``credentials.yml``, which Rasa finds by itself, and its answers.
    """
    folder = root / FOLDER
    (folder / "responses").mkdir(parents=True, exist_ok=True)
    for name in (".venv-rasa", "nlu", "endpoints.yml"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(root / name)
    (folder / "credentials.yml").write_text(yaml.safe_dump(_CREDENTIALS), encoding="utf-8")
    for old in (folder / "responses").glob("*.yml"):
        old.unlink()
    for path in sorted((root / "responses").glob("*.yml")):
        if spoken := _without_custom(path):
            text = yaml.safe_dump({"responses": spoken}, allow_unicode=True)
            (folder / "responses" / path.name).write_text(text, encoding="utf-8")


@contextmanager
def running_peer(root: Path) -> Iterator[tuple[str, int]]:
    """Run the peer on a free port while inside; yield its address and process id. Raises CannotStart."""
    url = f"http://127.0.0.1:{free_port()}"
    with rasa_server(root / FOLDER, url) as process:
        assert process  # on this machine it is always ours
        yield url, process.pid


def _without_custom(path: Path) -> dict[str, list[dict[str, str]]]:
    """Return the responses of the file at ``path`` as text alone; a command, which has none, says its own name."""
    responses: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8")).get("responses", {})
    return {
        name: [{"text": one.get("text", name.removeprefix("utter_").replace("_", " "))} for one in variants]
        for name, variants in responses.items()
    }
