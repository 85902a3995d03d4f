"""Orders, schedules and calls: what is asked for, by when, and how much was shipped and received of it."""
