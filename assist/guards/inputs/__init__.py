"""Input guards look at what customers send before an engine reads it. One module per guard, found by itself.

`README.md` says how to add one.
"""

from assist.guards.inputs._parts import parts
from assist.guards.inputs._screen import Finding, InputGuard, Place, Received, Screen, gather

__all__ = ["Finding", "InputGuard", "Place", "Received", "Screen", "gather", "parts"]
