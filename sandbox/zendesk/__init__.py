"""A pretend Zendesk account over real HTTP: tickets, forms, triggers and signed webhooks, with Zendesk's traps."""
