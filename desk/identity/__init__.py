"""Identity: verification of the caller, lockout, and disputed ownership of a profile."""
