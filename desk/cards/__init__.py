"""What people see of a case, as values."""
