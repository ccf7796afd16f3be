"""Handlers for Zendesk: a webhook says that a ticket may have changed."""
