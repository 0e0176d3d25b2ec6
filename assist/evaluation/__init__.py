"""Measures drafts and search on the team's own resolved tickets: what `assist eval` runs."""

from assist.evaluation.own import evaluate

__all__ = ["evaluate"]
