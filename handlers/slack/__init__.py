"""Handlers for Slack: one file for each occasion."""
