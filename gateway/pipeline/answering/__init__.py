"""What goes back: decided where the batch is recorded, written by the partner's map outside the lock."""
