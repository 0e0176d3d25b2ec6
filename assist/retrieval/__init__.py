"""Finds what helps with a case: resolved tickets and knowledge articles, by meaning and by words."""
