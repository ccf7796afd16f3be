"""The history of the tables. A released migration is never edited; a change is a new file."""
