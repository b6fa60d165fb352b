"""Benchmarks: what Lydite promises about speed and size, measured."""
