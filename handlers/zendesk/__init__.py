"""What happens when Zendesk says that a ticket may have changed."""
