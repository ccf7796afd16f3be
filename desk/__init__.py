"""Domain and application core of ATO Desk. It imports no vendor library, no database driver and no system clock."""
