"""Text in Slack's mrkdwn: escaping and localization."""
