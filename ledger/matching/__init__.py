"""Order x ship notice x goods receipt: pure decisions over a working set that the book loads and saves."""
