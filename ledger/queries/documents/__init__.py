"""What documents said, how they match, and what is still to come of them."""
