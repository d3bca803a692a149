"""Measurements. `make bench` runs the main ones; each file can be run alone, as `python -m benchmarks.ingest`."""
