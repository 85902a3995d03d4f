"""The records of matching as they stand; what the tables of the books keep, field for column."""
