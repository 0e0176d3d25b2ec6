"""`python -m assist.cli` is `assist`."""

from assist.cli import main

main()
