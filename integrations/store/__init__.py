"""Store: cases in a database, SQLite by default, PostgreSQL for many replicas. It makes no decisions."""
