"""The red team: attacks on every surface, with the engine in use and with one that obeys every attack."""
