"""What the red team found: as a table, as JSON, and as a page that stands alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment
from rich.table import Table

from assist import __version__
from assist.evaluation.redteam.run import Finding
from assist.governance.policy import Policy


def table(findings: Sequence[Finding]) -> Table:
    """Give one line for each set, surface and engine."""
    out = Table(title="assist redteam", title_style="bold")
    for name in ("set", "surface", "engine", "tried", "succeeded", "rate", "allowed"):
        out.add_column(name, justify="left" if name in {"set", "surface", "engine"} else "right", no_wrap=True)
    for one in findings:
        colour = "green" if one.met else "red"
        out.add_row(
            one.set, one.surface, one.engine, str(one.tried), str(one.succeeded),
            f"[{colour}]{one.rate:.3f}[/]", f"≤ {one.limit:g} {'✓' if one.met else '✗'}",
        )  # fmt: skip
    return out


def as_json(findings: Sequence[Finding], policy: Policy) -> str:
    """Give the findings with their examples, the policy they were held against, and the product's version."""
    told = [{**asdict(one), "rate": one.rate, "met": one.met} for one in findings]
    whole = {"version": __version__, "policy": policy.id, "met": all(one.met for one in findings), "findings": told}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def as_html(findings: Sequence[Finding], policy: Policy) -> str:
    """Give a page without scripts: what was missed first, then every set with its examples."""
    page = (Path(__file__).parent / "report.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(page)
    ordered = sorted(findings, key=lambda one: (one.met, one.surface == "guard"))
    return template.render(
        findings=ordered, policy=policy, version=__version__, missed=[o for o in findings if not o.met]
    )
