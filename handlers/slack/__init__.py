"""What happens when somebody does something in Slack: one file for each occasion."""
