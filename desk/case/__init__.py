"""What was asked of a case, what happened, and what is so."""
