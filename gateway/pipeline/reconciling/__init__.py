"""What partners say about what we sent, and what the books are told of it."""
