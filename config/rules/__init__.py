"""The rules a playbook is held to, by subject. Each is a pure function from a playbook to findings."""
