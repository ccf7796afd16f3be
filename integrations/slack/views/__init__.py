"""Views: cards, forms and the home tab as Block Kit blocks. Pure; they send nothing."""
