"""Slack's web, and nothing of cases: calls, refusals, hosts, signatures, the socket."""
