"""What is typed, checked and shown."""
