"""A rehearsal on a real account: it tries what the desk believes about Zendesk and Slack, and says what is so."""
