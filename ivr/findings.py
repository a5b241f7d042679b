"""What a check found, told in plain words to somebody who runs the line and is no developer."""

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "bad", "unknown"]
_MARKS: dict[State, str] = {"good": "good", "note": "note", "bad": "BAD", "unknown": "?"}
_INDENT = " " * 6
_WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``means`` says what it is for callers, ``mend`` what to do about it.

    A note is worth knowing and stops nothing; unknown is what could not be found out.
    """

    name: str
    state: State
    means: str
    mend: str = ""


def report(findings: Iterable[Finding], tell: Callable[[str], object]) -> bool:
    """Tell each finding as it comes, then how many are bad; return whether any is."""
    count: dict[State, int] = dict.fromkeys(_MARKS, 0)
    for finding in findings:
        count[finding.state] += 1
        tell(_shown(finding))
    bad, unknown = count["bad"], count["unknown"]
    verdict = [f"{bad} to mend" if bad else "Nothing is wrong"]
    verdict += [f"{unknown} could not be found out"] * bool(unknown)
    tell(f"\n{', '.join(verdict)}.")
    return bool(bad)


def _shown(finding: Finding) -> str:
    first = f"{_MARKS[finding.state]:<{len(_INDENT)}}{finding.name}: {finding.means}"
    lines = [first, *([f"{_INDENT}-> {finding.mend}"] if finding.mend else [])]
    return "\n".join(_wrapped(line) for line in lines)


def _wrapped(line: str) -> str:
    """Break ``line`` at spaces only, so that an address or a command can be copied."""
    indent = _INDENT + ("   " if line.startswith(f"{_INDENT}->") else "")
    return textwrap.fill(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
