"""Subcommands of `ato`, one file an area: they parse arguments and print; the work is imported lazily."""
