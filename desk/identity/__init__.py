"""Whether the caller is the customer."""
