"""Slack app configuration and workspace checks, for whoever sets up the desk."""
