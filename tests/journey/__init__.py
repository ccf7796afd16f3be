"""Whole cases over real sockets: people click in the pretend Slack, and what came of it is read from the outside."""
