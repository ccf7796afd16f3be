"""Reminders: the ladder, digests, and the weekly report."""
