"""Configuration: settings from the environment, playbooks, their lint, and the message catalogues."""
