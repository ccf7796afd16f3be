"""Readable stand-ins for the ports, each held to the same contract tests as the real adapter."""
