"""One module per task of `assist eval`, found by itself: `NAME`, `ORDER` and `run(data, settings, tell)`."""
