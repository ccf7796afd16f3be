"""Decision rules: one module per family of commands."""
