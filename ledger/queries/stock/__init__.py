"""What stands where, of what age, for whom, and how it came to be."""
