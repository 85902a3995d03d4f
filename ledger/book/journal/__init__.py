"""The log: events in their order, with digest, chain and lines, and what was recorded before under the same key."""
