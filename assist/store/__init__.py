"""The database: the only truth. Everything else (index files, caches) can be rebuilt from it."""
