"""Agent Assist: AI drafts, humans decide."""

__version__ = "0.1.0"
