"""One module per task of `assist eval`, found by itself: `NAME`, `FOLDER`, `ORDER` and `run(data, settings, tell)`."""
