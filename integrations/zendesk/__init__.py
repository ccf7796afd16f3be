"""Zendesk: reads and writes its formats (`wire`, `names`), and does what the desk asks of it (`client`)."""
