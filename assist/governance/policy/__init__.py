"""Policy as data: what this installation may do, for whom, with which engines, and who must agree."""

from assist.governance.policy.reading import default, load, parse
from assist.governance.policy.schema import (
    STERNNESS,
    Action,
    Approval,
    Budget,
    Budgets,
    DataClass,
    Mark,
    Policy,
    Role,
    Topic,
    said,
)

__all__ = [
    "STERNNESS",
    "Action",
    "Approval",
    "Budget",
    "Budgets",
    "DataClass",
    "Mark",
    "Policy",
    "Role",
    "Topic",
    "default",
    "load",
    "parse",
    "said",
]
