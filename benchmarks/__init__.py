"""Benchmarks of the desk against limits and rivals, in one run, because only ratios of one run are comparable."""
