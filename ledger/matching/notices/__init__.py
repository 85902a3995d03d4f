"""Ship notices: what is wrong in them, what they put on the road, and when that should have come."""
