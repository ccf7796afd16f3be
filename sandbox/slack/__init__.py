"""Simulated Slack: the Web API methods the bot calls, Block Kit's limits, and people who click."""
