"""The command line: `assist serve`, `assist import`, … One module per subject, found by itself.

A module adds its commands to `assist.cli._root.main`; nothing else is edited.
"""

import sys

from assist.cli._root import main
from assist.registry import discover

__all__ = ["main"]

discover(sys.modules[__name__])
