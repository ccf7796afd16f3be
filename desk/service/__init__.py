"""The application: everything that awaits, and the ports it needs."""
