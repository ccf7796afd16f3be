"""A pretend company: Slack, Zendesk and a back office over real HTTP, for trying and testing the bot."""
