"""Summaries, drafts, answers and edits: by rules alone, or by a chat model with the rules beneath it."""
