"""Sandbox company: simulated Slack, Zendesk and back office over real HTTP, for demonstrations and tests."""
