"""Live rehearsal: tests the desk's assumptions about Zendesk and Slack on a real account."""
