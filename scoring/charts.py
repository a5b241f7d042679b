"""Pictures of how far confidence can be trusted, as SVG texts for a page."""

from collections.abc import Sequence
from io import StringIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "score"  # the same score makes the same file

_BINS = 8
Judged = Sequence[tuple[float, bool]]
"""(confidence 0-1, whether the likeliest topic was right) of each question read."""


def calibration_error(judged: Judged) -> float:
    """Return the mean distance between confidence and truth, 0 to 1 (expected calibration error)."""
    confidence, right = _columns(judged)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def reliability(judged: Judged) -> str:
    """Draw how often readings of each confidence are right; on the diagonal, confidence is true."""
    confidence, right = _columns(judged)
    true, told = calibration_curve(right, confidence, n_bins=_BINS, strategy="quantile")
    figure, axes = _axes("Confidence of the reading", "Share that was right")
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--")
    axes.plot(told, true, marker="o")
    return _svg(figure)


def risk_coverage(judged: Judged, threshold: float) -> str:
    """Draw the share of wrong answers as more questions are answered, the surest first."""
    coverage, risk = risk_coverage_curve(judged)
    confidence, _ = _columns(judged)
    figure, axes = _axes("Share of questions answered at once", "Share of those answers that is wrong")
    axes.plot(coverage, risk)
    axes.axvline(float((confidence >= threshold).mean()), color="0.5", linestyle=":", label=f"threshold {threshold:g}")
    axes.legend()
    return _svg(figure)


def risk_coverage_curve(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    """Return coverage and risk (each 0 to 1) when only the n surest are answered, for n = 1, 2, ..."""
    confidence, right = _columns(judged)
    surest_first = right[np.argsort(-confidence, kind="stable")]
    answered = np.arange(1, len(surest_first) + 1)
    return answered / len(surest_first), np.cumsum(~surest_first) / answered


def _columns(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    return np.array([c for c, _ in judged], dtype=float), np.array([r for _, r in judged], dtype=bool)


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.add_subplot(xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, None))
    return figure, axes


def _svg(figure: Figure) -> str:
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()[out.getvalue().index("<svg") :]
