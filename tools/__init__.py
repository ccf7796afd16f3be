"""Development tools: fault injection, house rules, generators of reference pages. Not in the wheel."""
