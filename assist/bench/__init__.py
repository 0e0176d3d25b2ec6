"""Measures the product's own parts on this machine, repeatably: what `assist bench` runs."""

from assist.bench.report import Measure, Report
from assist.bench.run import run

__all__ = ["Measure", "Report", "run"]
