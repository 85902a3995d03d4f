"""Bytes to interchanges, groups and documents: scanning, the ISA, nesting, what is not X12 at all."""
