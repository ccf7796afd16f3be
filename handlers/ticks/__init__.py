"""Handlers of periodic ticks: one file for each."""
