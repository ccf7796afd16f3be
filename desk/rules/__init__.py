"""The rules: one file for a family of commands."""
