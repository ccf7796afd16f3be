"""Handlers: one file per occasion, three lines each. A handler passes on a vendor's body and never opens it."""
