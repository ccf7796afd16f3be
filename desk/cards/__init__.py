"""View models: cards, forms, work lists and timelines, as values."""
