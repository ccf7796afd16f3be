"""Tools around the bot: the `ato` command and what stands behind each of its words."""
