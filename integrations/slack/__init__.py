"""Slack adapter: parses what people do there and renders cases. It knows no database and no ticket system."""
