"""The sixteen metrics, a file each: facts in, what was found and what stands behind it out. None imports another."""
