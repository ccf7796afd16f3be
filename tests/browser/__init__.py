"""The sandbox's page in a real Chromium: people click, type and read, and nothing is asked of another host."""
