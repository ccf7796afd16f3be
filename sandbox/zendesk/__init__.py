"""Simulated Zendesk account over real HTTP: tickets, forms, triggers, signed webhooks, and Zendesk's pitfalls."""
