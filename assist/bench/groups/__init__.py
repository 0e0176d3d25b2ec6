"""One module per group of measurements, each with a `GROUP`, its `ORDER`, and `measure(place)`."""
