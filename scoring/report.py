"""Tells a score: a table for the terminal, and one self-contained page with every miss."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.thresholds import read_thresholds
from scoring import charts
from scoring.calling import Met
from scoring.measures import MEASURES, Facts, Measure, Result, is_right

Scored = Mapping[str, list[Result]]
"""The results of each question set by its name."""

_HERE = Path(__file__).parent
_PAGES = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@dataclass(frozen=True)
class Recall:
    """How often questions that want one topic were answered by a fitting one."""

    topic: str
    right: int
    rows: int


def as_text(scored: Scored) -> str:
    """Return the table: a line for each measure of each set, with counts and target."""
    lines = []
    for name, results in scored.items():
        lines.append(f"\n{name}")
        lines += [_line(result) for result in results]
    return "\n".join(lines)


def write(folder: Path, scored: Scored, facts: Facts, config: Path) -> Path:
    """Write ``folder``/index.html and return its path."""
    met = _once(one for results in scored.values() for result in results for one in result.rows)
    judged = [(one.confidence, is_likely_right(one, facts)) for one in met if one.ranking]
    threshold = read_thresholds(config).threshold
    page = _PAGES.get_template("report.html").render(
        measures=[measure for measure in MEASURES if any(_found(scored[name], measure) for name in scored)],
        scored=scored,
        found=_found,
        target=_target,
        reliability=charts.reliability(judged),
        risk_coverage=charts.risk_coverage(judged, threshold),
        calibration_error=charts.calibration_error(judged),
        read=len(judged),
        second_readings=sum(one.readings > 1 for one in met) / max(len(met), 1),
        recall=recall(met, facts),
        confusions=confusions(met, facts),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def is_likely_right(met: Met, facts: Facts) -> bool:
    """Tell whether the likeliest topic of the reading fits the row, whatever was then said."""
    wanted = set(met.row.facts)
    if wanted:
        return bool(facts.get(met.ranking[0][0], frozenset()) & wanted)
    return met.ranking[0][0] not in facts


def recall(met: Iterable[Met], facts: Facts) -> list[Recall]:
    """Return each topic's share of questions answered at once, the worst first."""
    rows: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in met:
        if one.row.facts:
            topic = home(one.row.facts[0], facts)
            rows[topic] += 1
            right[topic] += is_right(one, facts)
    found = [Recall(topic, right[topic], rows[topic]) for topic in rows]
    return sorted(found, key=lambda r: (r.right / r.rows, -r.rows, r.topic))


def confusions(met: Iterable[Met], facts: Facts) -> list[tuple[str, str, int]]:
    """Return (topic wanted, topic thought likeliest, how often) of misread rows, the commonest first."""
    pairs = Counter(
        (home(one.row.facts[0], facts) if one.row.facts else one.row.kind, one.ranking[0][0])
        for one in met
        if one.ranking and (one.row.facts or one.row.kind.startswith("oos")) and not is_likely_right(one, facts)
    )
    return [(wanted, got, times) for (wanted, got), times in pairs.most_common()]


def home(fact: str, facts: Facts) -> str:
    """Return the topic that says least besides ``fact``: where a question for it belongs."""
    topics = [topic for topic in facts if fact in facts[topic]]
    return min(topics, key=lambda topic: (len(facts[topic]), topic), default=fact)


def _once(met: Iterable[Met]) -> list[Met]:
    return list({(one.row.set, one.row.id): one for one in met}.values())


def _found(results: list[Result], measure: Measure) -> Result | None:
    return next((result for result in results if result.measure is measure), None)


def _line(result: Result) -> str:
    verdict = f"{result.verdict:6} (target {_target(result.measure)})" if result.verdict else ""
    counts = f"{len(result.hits):4} of {len(result.rows):3}"
    return f"  {result.measure.name:52} {counts}  {result.share:6.1%}  {verdict}".rstrip()


def _target(measure: Measure) -> str:
    if measure.target is None:
        return ""
    return f"{'at most ' if measure.less_is_better else ''}{measure.target:.0%}"
