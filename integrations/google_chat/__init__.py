"""Google Chat adapter: an optional copy of the MOD's message through an incoming webhook."""
