"""Case model: commands, events, effects, results, and the state folded from the events."""
