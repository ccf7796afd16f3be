"""Playbook language: the schema of procedures, as validated data."""
