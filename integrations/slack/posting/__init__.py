"""What is posted in Slack, once, and what is answered to one person."""
