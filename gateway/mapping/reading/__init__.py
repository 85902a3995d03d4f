"""Documents read into events by a compiled map: places found, rules run, what was left unread counted."""
