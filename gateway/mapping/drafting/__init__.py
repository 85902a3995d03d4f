"""Maps drafted from a sample: what stands in it, and which field each place may fill."""
