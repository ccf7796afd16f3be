"""Adapters: one package per outside system. They do not import each other; `bot` connects them."""
