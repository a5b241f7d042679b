"""What `make lesson` makes of the phrasings: which words are put after an offer, and as what."""

import json
from pathlib import Path

from tests.test_privacy import in_rasas_environment

_REPLIES = """
import json, sys
from pathlib import Path
from teaching.replies import replies

print(json.dumps(replies(Path(sys.argv[1]))))
"""

_CONFIG = "recipe: default.v1\nlanguage: en\npipeline: []\npolicies: []\n"
_LAUGHED = [f"my sister laughed at number {number}" for number in range(40)]


def _house(folder: Path, *, off_topic: list[str]) -> Path:
    """Write what a lesson on replies needs: a yes after an answer, a person, chatter, danger, and own replies."""
    nlu = {
        "affirm": {"biopsy": ["biopsy and do carry on"], "distress": ["distress and why not"], "": ["yes"]},
        "person": {"": ["put me through"]},
        "wish_to_die": {"": ["I want to die!"]},
        "off_topic": {"": off_topic},
        "slower": {"": [f"{number} words a second is too fast" for number in range(40)]},
    }
    for topic, groups in nlu.items():
        text = "nlu:\n"
        for after, said in groups.items():
            where = f"  metadata: {{after: {after}}}\n" if after else ""
            lines = "".join(f"    - {words}\n" for words in said)
            text += f"- intent: {topic}\n{where}  examples: |\n{lines}"
        (folder / "nlu").mkdir(exist_ok=True)
        (folder / "nlu" / f"{topic}.yml").write_text(text)
    (folder / "config.yml").write_text(_CONFIG)
    (folder / "replies").mkdir(exist_ok=True)
    for kind, said in {
        "yes": "i may as well",
        "no": "i'd only cry",
        "danger": "not for long",
        "neither": "hush rex",
    }.items():
        (folder / "replies" / f"{kind}.yml").write_text(f"distress:\n- {said}\nmore:\n- {said} now\n")
    return folder


def _replies(folder: Path, *, off_topic: list[str]) -> dict[str, str]:
    rows = json.loads(in_rasas_environment(_REPLIES, str(_house(folder, off_topic=off_topic))).splitlines()[-1])
    assert rows == sorted(rows), "in one order, so that a lesson can be taught again"
    return dict(rows)


def test_words_are_put_after_the_offer_that_they_answer(tmp_path: Path) -> None:
    taught = _replies(tmp_path, off_topic=_LAUGHED)
    assert taught["distress and i may as well"] == "yes"
    assert taught["distress and i'd only cry"] == "no"
    assert taught["distress and not for long"] == "danger"
    assert taught["distress and hush rex"] == "neither"
    assert [kind for words, kind in taught.items() if words.endswith(" and i'd only cry now")] == ["no"], "after any"
    assert taught["biopsy and do carry on"] == "yes"
    assert [kind for words, kind in taught.items() if words.endswith(" and i want to die")] == ["danger"]
    assert not any("put me through" in words for words in taught), "a rule knows whether that takes the offer"
    chatter = {words: kind for words, kind in taught.items() if "my sister laughed" in words}
    assert 0 < len(chatter) < len(_LAUGHED), "a share of it"
    assert set(chatter.values()) == {"neither"}
    commands = {words: kind for words, kind in taught.items() if words.endswith("too fast")}
    assert len(commands) > len(chatter) / 2, "more of them than of other topics"
    assert set(commands.values()) == {"neither"}


def test_a_new_phrasing_moves_no_other(tmp_path: Path) -> None:
    before = _replies(tmp_path, off_topic=_LAUGHED)
    after = _replies(tmp_path, off_topic=["the parrot is at it again", *_LAUGHED])
    assert before.items() <= after.items()
    assert {words for words in after.keys() - before.keys() if "parrot" not in words} == set()
