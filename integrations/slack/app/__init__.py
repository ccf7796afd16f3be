"""The Slack app and its workspace, as whoever sets the desk up has to see them."""
