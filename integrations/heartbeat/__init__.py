"""A heartbeat that somebody outside listens for."""
