"""Provisioning and health checks of an installation."""
