"""The demo company: accounts, articles, resolved and open tickets, and a week of drafts that were used."""

from assist.demo.seed import seed

__all__ = ["seed"]
