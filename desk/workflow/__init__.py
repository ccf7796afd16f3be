"""Workflow: when steps open, wait and fall due, and who may do them."""
