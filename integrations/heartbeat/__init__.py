"""Heartbeat to an external monitor (dead man's switch)."""
