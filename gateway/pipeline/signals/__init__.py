"""Signals on the street: they fire once for each cause, and their actions are done, retried and told."""
