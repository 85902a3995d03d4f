"""What a batch brings in before it can be decided, in a handful of set queries, and what of it is looked up."""
