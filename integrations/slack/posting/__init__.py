"""Posting to Slack: idempotent messages and files, and immediate replies."""
