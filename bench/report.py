"""What was measured, as Markdown: docs/performance.md holds such a report."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from bench.alone import Alone, Ratio
from bench.figures import Figures
from bench.hour import Hour
from bench.load import Load

_TIMES = ("turns", "errors", "p50", "p95", "p99", "longest")


@dataclass(frozen=True)
class OurResult:
    """Everything measured of our line; ``apologies`` are calls it put through because it failed."""

    keys: Alone
    speech: Alone
    ratio: Ratio
    loads: list[Load]
    hour: Hour | None
    apologies: int


@dataclass(frozen=True)
class PeerResult:
    """Everything measured of Rasa's own connector, which knows no keys."""

    speech: Alone
    loads: list[Load]


def as_text(ours: OurResult, peer: PeerResult, minutes: float) -> str:
    """Return the report; times are in milliseconds."""
    return "\n".join(
        [
            f"{os.cpu_count()} cores, which Locust shares; times in milliseconds.",
            *("", "### One caller, no waiting", *_alone(ours, peer)),
            *("", f"### Many callers, a turn every 15 to 30 seconds, {minutes:g} minutes each", *_loaded(ours, peer)),
            *("", "### What they take: share of one core, and megabytes afterwards", *_taken(ours, peer)),
            *("", "### Computing a turn costs, with its share of beginning calls", *_cost(ours, peer)),
            *(_hour(ours.hour) if ours.hour else ()),
            *("", "### Targets", *_targets(ours)),
            "",
        ]
    )


def _alone(ours: OurResult, peer: PeerResult) -> list[str]:
    rows = {
        "key turn": ours.keys.figures,
        "spoken turn": ours.speech.figures,
        "spoken turn that Rasa read once": ours.ratio.spoken,
        "Rasa's bare REST turn, the same words": ours.ratio.rest,
        "Rasa's twilio_voice, spoken turn": peer.speech.figures,
    }
    table = _table(("", *_TIMES), ((name, *_times(figures)) for name, figures in rows.items()))
    return [*table, "", f"A spoken turn that Rasa read once takes {ours.ratio.of_medians:.2f} times its REST turn."]


def _loaded(ours: OurResult, peer: PeerResult) -> list[str]:
    rows = (
        (str(load.callers), name, sort, *_times(figures))
        for name, load in _in_turn(ours, peer)
        for sort, figures in {**load.met, "all": load.whole}.items()
    )
    problems = [
        f"- {name}, {load.callers} callers: {times} times {problem}"
        for name, load in _in_turn(ours, peer)
        for problem, times in load.problems.items()
    ]
    apologies = f"Calls our line put through because it failed: {ours.apologies}."
    return [*_table(("callers", "line", "turn", *_TIMES), rows), "", apologies, *problems]


def _taken(ours: OurResult, peer: PeerResult) -> list[str]:
    heads = ("callers", "line", "turns a second", "line", "Rasa", "Locust", "line, MB", "Rasa, MB")
    return _table(heads, (_taken_by(name, load) for name, load in _in_turn(ours, peer)))


def _taken_by(name: str, load: Load) -> tuple[str, ...]:
    used = load.used
    shares = (f"{used.share(part):.0%}" if part in used.computing else "" for part in ("line", "Rasa", "Locust"))
    sizes = (f"{used.memory[part]:.0f}" if part in used.memory else "" for part in ("line", "Rasa"))
    return str(load.callers), name, f"{load.pace:.1f}", *shares, *sizes


def _in_turn(ours: OurResult, peer: PeerResult) -> Iterator[tuple[str, Load]]:
    """Yield what each number of callers met: of us, then of the peer."""
    for our_load, peer_load in zip(ours.loads, peer.loads, strict=True):
        yield "ours", our_load
        yield "twilio_voice", peer_load


def _cost(ours: OurResult, peer: PeerResult) -> list[str]:
    rows = {"key turn": ours.keys, "spoken turn": ours.speech, "twilio_voice, spoken turn": peer.speech}
    return _table(
        ("", "line", "Rasa"),
        (
            (name, *(f"{one.cost[part]:.1f}" if part in one.cost else "" for part in ("line", "Rasa")))
            for name, one in rows.items()
        ),
    )


def _hour(hour: Hour) -> list[str]:
    rows = ((str(turns), *(f"{size:.0f}" for size in seen.values())) for turns, seen in hour.memory.items())
    return [
        "",
        f"### An hour of {hour.callers} callers, as fast as it goes: {hour.turns} turns, {hour.calls} calls, "
        f"{hour.errors} errors, {hour.turns / hour.seconds:.0f} turns a second",
        *_table(("turns so far", "line, MB", "Rasa, MB"), rows),
    ]


def _targets(ours: OurResult) -> list[str]:
    most = max(ours.loads, key=lambda load: load.callers)
    errors = most.whole.errors + ours.apologies
    rows = [
        ("key turn, p95 under 15 ms", f"{ours.keys.figures.p95:.1f}", ours.keys.figures.p95 < 15),
        ("spoken turn, p95 under 60 ms", f"{ours.speech.figures.p95:.1f}", ours.speech.figures.p95 < 60),
        ("read once, at most 1.3 times REST", f"{ours.ratio.of_medians:.2f}", ours.ratio.of_medians <= 1.3),
        (f"{most.callers} callers, p99 under 1 s", f"{most.whole.p99:.0f}", most.whole.p99 < 1000),
        (f"{most.callers} callers, no errors", str(errors), not errors),
    ]
    return _table(("target", "measured", "met"), ((name, value, "yes" if met else "no") for name, value, met in rows))


def _times(figures: Figures) -> tuple[str, ...]:
    times = (figures.p50, figures.p95, figures.p99, figures.longest)
    return str(figures.turns), str(figures.errors), *(f"{time:.1f}" if time < 100 else f"{time:.0f}" for time in times)


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows)]
