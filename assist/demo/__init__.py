"""The demo company: accounts, articles, resolved and open tickets, and eight weeks of drafts that were used."""

from assist.demo.history import replay
from assist.demo.seed import seed

__all__ = ["replay", "seed"]
