"""People in Slack: role membership, language and zone."""
