"""Codec of Slack payloads: bodies, action ids, values and metadata as frozen values."""
