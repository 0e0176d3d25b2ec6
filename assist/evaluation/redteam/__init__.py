"""The red team: attacks on every surface of the product, with the engine in use and with one that obeys every attack."""
