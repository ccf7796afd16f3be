"""Lint rules for playbooks, by subject. Each is a pure function from a playbook to findings."""
