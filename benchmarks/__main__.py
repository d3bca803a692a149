"""`make bench`: the three measurements whose figures stand in the README."""

from benchmarks import ingest, latency, reader_exam

for measurement in (reader_exam, ingest, latency):
    measurement.main()
