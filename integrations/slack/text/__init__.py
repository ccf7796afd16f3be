"""Words and how they stand in Slack's mrkdwn."""
