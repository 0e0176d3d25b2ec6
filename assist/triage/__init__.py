"""Triage: what a case is about, how urgent it is and who should take it, learned from the workspace's own tickets."""
