"""Curves of the report: how honest a confidence is, and what telling two kinds apart costs."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_curve

from assist.evaluation.labelling import BINS, Flags, Numbers
from assist.evaluation.result import Plot

# More points than a picture of this size can show only make the page long.
MOST_POINTS = 200


def reliability(right: Flags, confidence: Numbers) -> Plot:
    """Give how often answers of each confidence were right, in the bins of the calibration error; the diagonal is
    perfect."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    told = [bins == number for number in np.unique(bins)]
    points = [(float(confidence[rows].mean()), float(right[rows].mean())) for rows in told]
    return Plot("reliability", "how sure the answer was", "how often it was right", points)


def roc(wanted: Flags, scores: Numbers, kind: str, other: str) -> Plot | None:
    """Give the ROC curve of scores that are higher for `wanted` rows; None where there is only one kind of rows."""
    if not 0 < wanted.sum() < len(wanted):
        return None
    wrong, found, _ = roc_curve(wanted, scores)
    kept = np.unique(np.linspace(0, len(wrong) - 1, min(len(wrong), MOST_POINTS)).astype(int))
    points = list(zip(wrong[kept].tolist(), found[kept].tolist(), strict=True))
    return Plot(f"ROC of {kind}", f"share of {other} taken for {kind}", f"share of {kind} found", points)
