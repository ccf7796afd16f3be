"""People in Slack: who has which role, and how one person is spoken to."""
