"""Measures the desk against its limits and its rivals, in one run, because only ratios of one run count."""
