"""Operator tools: the `ato` command and the code behind its subcommands."""
