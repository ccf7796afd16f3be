"""Who is reminded, digests of reminders, and the weekly report."""
