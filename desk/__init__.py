"""The ground floor: what a takeover case is and how it moves. It knows no vendor, no database and no clock."""
