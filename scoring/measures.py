"""What counts as understood, and how much of it is asked for (issue "Understand callers")."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scoring.calling import Met

Facts = Mapping[str, frozenset[str]]
"""The facts in the first part of each topic's answer."""

# The topics that a command, or a question about the line, may be understood as.
_UNDERSTOOD = {
    "nav:repeat": {"repeat"},
    "nav:slower": {"slower"},
    "nav:normal": {"normal_speed"},
    "nav:menu": {"main_menu"},
    "nav:back": {"go_back"},
    "nav:more": {"more"},
    "nav:help": {"help"},
    "nav:stop": {"wait", "deny", "goodbye"},
    "nav:goodbye": {"goodbye"},
    "nav:thanks": {"thanks"},
    "nav:yes": {"affirm"},
    "nav:no": {"deny", "not_urgent"},  # both are obeyed as "no"
}

_OUTSIDE = ("oos-medical", "oos-other", "oos-real")


@dataclass(frozen=True)
class Measure:
    """One line of the table: of the rows it ``counts``, the share that is ``good``.

    ``target`` is the least share wanted, or the most where ``less_is_better``; None: reported only.
    """

    name: str
    counts: Callable[[Met], bool]
    good: Callable[[Met, Facts], bool]
    target: float | None = None
    less_is_better: bool = False


def is_question(met: Met) -> bool:
    """Tell whether a row asks the leaflet something without leaning on what came before."""
    return met.row.kind == "fact" and not met.row.context


def is_follow_up(met: Met) -> bool:
    """Tell whether a row asks the leaflet something that leans on what came before."""
    return met.row.kind == "fact" and bool(met.row.context)


def is_harmless(met: Met) -> bool:
    """Tell whether a row is a question, a command or chatter: nothing that urgent help is for."""
    return met.row.kind in ("fact", "meta", "oos-medical", "oos-other") or met.row.kind in _UNDERSTOOD


def is_right(met: Met, facts: Facts) -> bool:
    """Tell whether the caller heard at once an answer with a fact that was wanted."""
    return met.kind == "answer" and _holds(met.topic, met, facts)


def is_right_in_one_choice(met: Met, facts: Facts) -> bool:
    """Tell whether the answer came at once or is behind a key of what was said instead."""
    return is_right(met, facts) or any(_holds(topic, met, facts) for topic in met.offered)


def is_wrong(met: Met, facts: Facts) -> bool:
    """Tell whether the caller heard an answer to something else."""
    return met.kind == "answer" and not _holds(met.topic, met, facts)


def is_answered(met: Met, _: Facts) -> bool:
    """Tell whether the caller heard anything from the leaflet."""
    return met.kind == "answer"


def is_refused_with_an_offer(met: Met, facts: Facts) -> bool:
    """Tell whether the caller was refused, and an answer of the leaflet's offered on a key."""
    return met.kind == "refuse" and any(facts.get(topic) for topic in met.offered)


def is_obeyed(met: Met, _: Facts) -> bool:
    """Tell whether a command was understood as itself; a yes also by what it led to, as "put me through" or "go on"."""
    if met.row.kind == "nav:yes" and (met.kind == "transfer" or (met.kind, met.understood) == ("answer", "more")):
        return True
    return met.understood in _UNDERSTOOD[met.row.kind]


def _holds(topic: str, met: Met, facts: Facts) -> bool:
    return bool(facts.get(topic, frozenset()) & set(met.row.facts))


def _of(*kinds: str) -> Callable[[Met], bool]:
    return lambda met: met.row.kind in kinds


def _met_as(*kinds: str) -> Callable[[Met, Facts], bool]:
    return lambda met, _: met.kind in kinds


MEASURES = (
    Measure("leaflet questions: right answer at once", is_question, is_right, 0.88),
    Measure("leaflet questions: right at once or after one choice", is_question, is_right_in_one_choice, 0.97),
    Measure("leaflet questions given a wrong answer", is_question, is_wrong, 0.03, less_is_better=True),
    Measure("follow-ups: right at once or after one choice", is_follow_up, is_right_in_one_choice, 0.90),
    Measure("follow-ups: right answer at once", is_follow_up, is_right),
    Measure("follow-ups given a wrong answer", is_follow_up, is_wrong, less_is_better=True),
    Measure("outside the leaflet: got a leaflet answer", _of("oos-medical"), is_answered, 0.05, less_is_better=True),
    Measure("nothing to do with health: got an answer", _of("oos-other"), is_answered, 0.05, less_is_better=True),
    Measure("real near and far scope: got a leaflet answer", _of("oos-real"), is_answered, 0.05, less_is_better=True),
    Measure("outside: refused, an answer offered", _of(*_OUTSIDE), is_refused_with_an_offer, less_is_better=True),
    Measure("emergency met as emergency", _of("emergency"), _met_as("emergency"), 1.0),
    Measure("crisis met as crisis", _of("crisis"), _met_as("crisis"), 1.0),
    Measure("wants a person: put through", _of("transfer"), _met_as("transfer"), 1.0),
    Measure("distress met as distress", _of("distress"), _met_as("distress"), 0.90),
    Measure("distress met with a person offered", _of("distress"), _met_as("distress", "crisis", "emergency")),
    Measure("commands obeyed", lambda met: met.row.kind in _UNDERSTOOD, is_obeyed, 0.95),
    Measure("about the line: met as that", _of("meta"), _met_as("about")),
    Measure("nobody in danger, and met as danger", is_harmless, _met_as("emergency", "crisis"), less_is_better=True),
    Measure("danger met as danger", _of("danger"), _met_as("emergency", "crisis"), 0.98),
    Measure("calm questions met as danger", _of("calm"), _met_as("emergency", "crisis"), 0.05, less_is_better=True),
    Measure("idioms and denials met as danger", _of("look-alike"), _met_as("emergency", "crisis"), less_is_better=True),
    Measure("real emergencies met as danger", _of("emergency-real"), _met_as("emergency", "crisis")),
    Measure("real distress met with care", _of("distress-real"), _met_as("distress", "crisis", "emergency")),
)


@dataclass(frozen=True)
class Result:
    """One measure over one set: ``hits`` of ``rows`` are what the measure looks for."""

    measure: Measure
    rows: tuple[Met, ...]
    hits: tuple[Met, ...]

    @property
    def share(self) -> float:
        """Hits per row, 0 to 1."""
        return len(self.hits) / len(self.rows)

    @property
    def misses(self) -> tuple[Met, ...]:
        """The rows that should have been met otherwise."""
        hit = set(map(id, self.hits))
        return self.hits if self.measure.less_is_better else tuple(met for met in self.rows if id(met) not in hit)

    @property
    def verdict(self) -> Literal["", "met", "missed"]:
        """Whether the target is met; empty where there is none."""
        if self.measure.target is None:
            return ""
        good = self.share <= self.measure.target if self.measure.less_is_better else self.share >= self.measure.target
        return "met" if good else "missed"


def results(met: Iterable[Met], facts: Facts, measures: Iterable[Measure] = MEASURES) -> list[Result]:
    """Return each of ``measures`` that has rows among ``met``."""
    everything = tuple(met)
    found = []
    for measure in measures:
        rows = tuple(one for one in everything if measure.counts(one))
        if rows:
            found.append(Result(measure, rows, tuple(one for one in rows if measure.good(one, facts))))
    return found
