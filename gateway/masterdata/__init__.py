"""Master data at the edge: CSV in and out, each row one event. Knows no file, no database and no HTTP."""
