"""Tables of the books, and rows going in and out of them: the same calls on SQLite and PostgreSQL."""
