"""Slack: reading what people do there, and showing them what is so. Knows no database and no ticket system."""
