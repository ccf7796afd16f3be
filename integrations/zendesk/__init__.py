"""Zendesk adapter: formats (`wire`, `names`), and the `Tickets` port (`client`)."""
