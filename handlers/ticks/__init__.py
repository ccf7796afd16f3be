"""What happens by itself, when its time has come: one file for each tick."""
