"""Configuration: settings from the environment, playbooks, their checks, and the catalogues of sentences."""
