"""Guards look at every sentence of a draft before anybody sees it. One module per guard, found by itself.

`README.md` says how to add one.
"""

from assist.guards._gate import Context, Guard, SentenceGate, gather

__all__ = ["Context", "Guard", "SentenceGate", "gather"]
