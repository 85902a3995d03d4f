"""Whether the books hold: every law checked, everything made again from the events."""
