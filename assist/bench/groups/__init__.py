"""One module per group of measurements, each with a `GROUP` name, its `ORDER`, and `measure(place)`, which yields figures."""
