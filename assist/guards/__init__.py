"""Guards look at every sentence of a draft before anybody sees it. One module per guard, found by itself.

`README.md` says how to add one.
"""

from assist.guards._gate import Context, Guard, House, OnFailure, SentenceGate, gather

__all__ = ["Context", "Guard", "House", "OnFailure", "SentenceGate", "gather"]
