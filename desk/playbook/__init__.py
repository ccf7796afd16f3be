"""The language of procedures, as checked data."""
